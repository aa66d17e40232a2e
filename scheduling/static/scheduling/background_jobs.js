/* Optional behaviour of the background job pages: polling an active run, keyboard navigation in
   timelines, filtering a plan. */
"use strict";

(() => {
    const POLL_INTERVAL = 1000;
    const PATIENCE = 10;
    /* A form was submitted: a reload must not interrupt the navigation. */
    let leaving = false;
    document.addEventListener("submit", () => { leaving = true; });
    window.addEventListener("pageshow", () => { leaving = false; });

    /* Poll an active run's progress, and reload the page when it ends. */
    function follow(box) {
        const bar = box.querySelector("progress");
        const text = box.querySelector("[data-progress-text]");
        let failures = 0;

        async function ask() {
            try {
                const answer = await fetch(box.dataset.progress, {
                    headers: { Accept: "application/json" },
                });
                if (!answer.ok || answer.redirected) {
                    throw new Error(answer.statusText);
                }
                show(await answer.json());
                failures = 0;
            } catch {
                failures += 1;
            }
            if (failures < PATIENCE) {
                setTimeout(ask, POLL_INTERVAL * 2 ** Math.min(failures, 5));
            }
        }

        function show(run) {
            if (!run.active) {
                if (!leaving) {
                    location.reload();
                }
                return;
            }
            if (run.total) {
                bar.max = run.total;
                bar.value = run.done;
            }
            if (text.textContent !== run.text) {
                text.textContent = run.text;
            }
        }

        setTimeout(ask, POLL_INTERVAL);
    }

    /* A timeline is one tab stop; arrow keys, Home and End move within it. */
    function walk(strip) {
        const links = [...strip.querySelectorAll("a")];
        const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
        let here = links.length - 1;
        links.forEach((link, place) => link.setAttribute("tabindex", place === here ? "0" : "-1"));
        strip.addEventListener("keydown", (event) => {
            if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) {
                return;
            }
            event.preventDefault();
            links[here].setAttribute("tabindex", "-1");
            here = Math.min(links.length - 1, Math.max(0, here + steps[event.key]));
            links[here].setAttribute("tabindex", "0");
            links[here].focus();
        });
    }

    /* The counts of a plan filter its lines by kind. */
    function filter(page) {
        const chips = [...page.querySelectorAll(".ct-chips a")];
        const sections = [...page.querySelectorAll(".ct-section")];
        const usual = new Map(sections.map((section) => [section, section.open]));
        page.querySelector("[data-all]")?.removeAttribute("hidden");
        for (const chip of chips) {
            chip.addEventListener("click", (event) => {
                event.preventDefault();
                const wanted = chip.hash.slice(1);
                for (const section of sections) {
                    const all = wanted === "plan";
                    section.hidden = !all && section.id !== wanted;
                    section.open = all ? usual.get(section) : true;
                }
                chips.forEach((chip) => chip.removeAttribute("aria-current"));
                chip.setAttribute("aria-current", "true");
            });
        }
    }

    document.querySelectorAll("[data-progress]").forEach(follow);
    document.querySelectorAll("[data-strip]").forEach(walk);
    document.querySelectorAll("[data-sections]").forEach(filter);
})();
