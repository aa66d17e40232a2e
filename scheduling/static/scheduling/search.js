/* The search in the header: Ctrl-K focuses it, and a list below it suggests results. Without this
   script the form opens the page of results. */
"use strict";
{
    const WAIT = 150; /* milliseconds after a key */
    const form = document.querySelector("form.ct-search");
    const input = form?.querySelector("input");
    let box, status, timer, request;

    const options = () => [...box.querySelectorAll("[role=option]")];
    const chosen = () => box.querySelector("[aria-selected=true]");

    const choose = (option) => {
        chosen()?.setAttribute("aria-selected", "false");
        option?.setAttribute("aria-selected", "true");
        option?.scrollIntoView({ block: "nearest" });
        if (option) {
            input.setAttribute("aria-activedescendant", option.id);
        } else {
            input.removeAttribute("aria-activedescendant");
        }
    };

    const close = () => {
        clearTimeout(timer);
        request?.abort();
        choose(null);
        box.hidden = true;
        status.textContent = "";
        input.setAttribute("aria-expanded", "false");
    };

    const element = (name, values, ...children) => {
        const made = Object.assign(document.createElement(name), values);
        made.append(...children);
        return made;
    };

    const optionOf = ({ name, detail, url }, number) => {
        const option = element("a", { href: url, id: `search-option-${number}`, tabIndex: -1 });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(element("bdi", { textContent: name }));
        if (detail) {
            option.append(" ", element("small", {}, element("bdi", { textContent: detail })));
        }
        return option;
    };

    const show = (groups) => {
        choose(null);
        let number = 0;
        box.replaceChildren(...groups.map((group, place) => {
            const title = element("span", { id: `search-group-${place}`, textContent: group.title });
            title.setAttribute("role", "presentation");
            const list = element("div", {}, title);
            list.setAttribute("role", "group");
            list.setAttribute("aria-labelledby", title.id);
            list.append(...group.results.map((result) => optionOf(result, number += 1)));
            return list;
        }));
        box.hidden = number === 0;
        input.setAttribute("aria-expanded", String(number > 0));
        status.textContent = number ? form.dataset.some.replace("{n}", number) : form.dataset.none;
    };

    const suggest = async () => {
        const words = input.value.trim();
        request?.abort();
        if (words.length < 2) {
            close();
            return;
        }
        request = new AbortController();
        const address = `${form.dataset.suggestions}?${new URLSearchParams({ q: words })}`;
        try {
            const answer = await fetch(address, { signal: request.signal });
            if (answer.ok && document.activeElement === input) {
                show((await answer.json()).groups);
            }
        } catch (error) {
            if (error.name !== "AbortError") {
                close(); /* the form works without suggestions */
            }
        }
    };

    const onKey = (event) => {
        const all = options();
        const place = all.indexOf(chosen());
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (box.hidden || !all.length) {
                suggest();
                return;
            }
            /* Before the first and after the last one is the input itself. */
            const step = event.key === "ArrowDown" ? 1 : -1;
            const next = (place + 1 + step + all.length + 1) % (all.length + 1) - 1;
            choose(all[next]);
        } else if (event.key === "Enter" && place >= 0) {
            event.preventDefault();
            all[place].click();
        } else if (event.key === "Escape" && !box.hidden) {
            event.preventDefault();
            close();
        }
    };

    /* With a modifier: a key alone would start it by accident, as speech input does (WCAG 2.1.4). */
    const onShortcut = (event) => {
        if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) {
            return;
        }
        event.preventDefault();
        if (input.checkVisibility()) {
            input.focus();
            input.select();
        } else {
            location.assign(form.action); /* on a phone the page of results has the box */
        }
    };

    if (input) {
        box = element("div", { id: "search-suggestions", className: "ct-suggestions", hidden: true });
        box.setAttribute("role", "listbox");
        box.setAttribute("aria-label", input.getAttribute("aria-label"));
        status = element("span", { className: "ct-visually-hidden" });
        status.setAttribute("aria-live", "polite");
        form.append(box, status);
        for (const [name, value] of Object.entries({
            role: "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": box.id,
        })) {
            input.setAttribute(name, value);
        }
        input.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(suggest, WAIT);
        });
        input.addEventListener("keydown", onKey);
        /* A click keeps the focus, so that the list stays open until the page changes. */
        box.addEventListener("mousedown", (event) => event.preventDefault());
        form.addEventListener("focusout", (event) => {
            if (!form.contains(event.relatedTarget)) {
                close();
            }
        });
        document.addEventListener("keydown", onShortcut);
    }
}
