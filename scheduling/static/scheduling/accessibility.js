/* Accessible names for controls that Django's scripts and templates leave unnamed. */
"use strict";
{
    let number = 0;

    const identified = (element) => {
        element.id ||= `ct-named-${number += 1}`;
        return element.id;
    };

    /* The name of a control: its label, or the column header in a table of inlines. */
    const namer = (control) => {
        if (control.labels?.length) {
            return control.labels[0];
        }
        const cell = control.closest(".tabular td[class]");
        if (!cell) {
            return null;
        }
        const head = cell.closest("table").tHead.rows[0];
        const column = [...cell.classList].find((name) => name.startsWith("field-"));
        return column
            ? head.querySelector(`.column-${CSS.escape(column.slice(6))}`)
            : cell.classList.contains("delete") && head.cells[head.cells.length - 1];
    };

    const nameInlines = (root) => {
        for (const control of root.querySelectorAll(".tabular td :is(input, select, textarea)")) {
            const unnamed = !control.labels?.length && !control.hasAttribute("aria-labelledby");
            const head = unnamed && control.type !== "hidden" && namer(control);
            if (head) {
                control.setAttribute("aria-labelledby", identified(head));
            }
        }
        /* An empty header cell becomes a td. */
        for (const head of root.querySelectorAll(".tabular thead th:empty")) {
            const cell = document.createElement("td");
            cell.className = head.className;
            head.replaceWith(cell);
        }
        /* Django hides only the cell of “Add another”, and a row without cells is invalid. */
        for (const cell of root.querySelectorAll(".tabular .add-row > td")) {
            cell.parentElement.style.display = cell.style.display;
        }
    };

    /* select2 names its box by the value only, and its search field and list not at all. */
    const nameSelect2 = (root) => {
        for (const box of root.querySelectorAll(".select2-selection--single")) {
            const select = box.closest(".select2-container").previousElementSibling;
            const label = select && namer(select);
            const value = box.querySelector(".select2-selection__rendered");
            if (!label || !value || box.dataset.named) {
                continue;
            }
            box.dataset.named = "yes";
            box.setAttribute("aria-labelledby", `${identified(label)} ${identified(value)}`);
            value.removeAttribute("role");
            value.removeAttribute("aria-readonly");
        }
        /* The dropdown is at the end of the page, outside every landmark. */
        const opened = document.querySelector(".select2-selection[aria-expanded=true]");
        const popup = document.querySelector(".select2-dropdown:not([role])");
        if (opened && popup) {
            const names = opened.getAttribute("aria-labelledby");
            opened.setAttribute("aria-haspopup", "dialog");
            opened.setAttribute("aria-controls", opened.getAttribute("aria-owns"));
            popup.setAttribute("role", "dialog");
            const parts = popup.querySelectorAll(".select2-search__field, .select2-results__options");
            for (const part of [popup, ...parts]) {
                part.setAttribute("aria-labelledby", names.split(" ")[0]);
            }
        }
    };

    const nameMoments = (root) => {
        for (const moment of root.querySelectorAll(".ct-datetime:not([role])")) {
            const label = moment.closest(".flex-container")?.querySelector(":scope > label");
            if (label) {
                moment.setAttribute("role", "group");
                moment.setAttribute("aria-labelledby", identified(label));
            }
        }
    };

    /* The list's search field is named by an icon, always in English. */
    const nameSearch = (root) => {
        const field = root.querySelector("#searchbar:not([aria-label])");
        if (field) {
            field.setAttribute("aria-label", field.form.querySelector("[type=submit]").value);
            field.labels[0]?.querySelector("img")?.setAttribute("alt", "");
        }
    };

    const nameSelectors = (root) => {
        for (const icon of root.querySelectorAll(".search-label-icon[aria-label]:not([role])")) {
            icon.setAttribute("role", "img");
        }
    };

    /* A scrollable table is focusable while it scrolls. */
    const reachable = new ResizeObserver((entries) => {
        for (const { target: box } of entries) {
            const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
            if (scrolls && !box.querySelector("a[href], button, input:not([type=hidden])")) {
                box.tabIndex = 0;
            } else {
                box.removeAttribute("tabindex");
            }
        }
    });

    const nameAll = () => {
        nameInlines(document);
        nameSelect2(document);
        nameSearch(document);
        nameSelectors(document);
        nameMoments(document);
    };

    document.addEventListener("DOMContentLoaded", () => {
        nameAll();
        for (const box of document.querySelectorAll(".ct-scroll")) {
            reachable.observe(box);
        }
        /* After a validation error, focus the first invalid field. */
        const wrong = document.querySelector("#content [aria-invalid=true]");
        if (wrong) {
            const box = wrong.parentElement.querySelector(".select2-selection");
            (box ?? wrong).focus();
        }
        /* These scripts build controls later: on load, with a new row, on opening. */
        new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
    });
}
