/* On a phone, rows of Django's tables are cards (narrow.css): cells get their column's name, and the
   parts of the table their ARIA roles, which browsers drop if `display` changes. */
"use strict";
{
    const narrow = matchMedia("(max-width: 640px)");
    const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

    const role = (element) => {
        if (element.tagName === "TH") {
            return element.closest("thead") ? "columnheader" : "rowheader";
        }
        return ROLES[element.tagName];
    };

    const title = (head) => (head?.querySelector(".text") ?? head)?.textContent.trim() ?? "";

    /* Editable rows: name the inputs by the visible text of the header or the cell. */
    let number = 0;
    const nameInput = (cell, text) => {
        const input = cell.querySelector("input:not([type=hidden]), select:not(.admin-autocomplete)");
        let own = cell.querySelector(":scope > .ct-cell-name");
        if (!own) {
            own = document.createElement("span");
            own.className = "ct-cell-name";
            own.textContent = text;
            cell.prepend(own);
        }
        if (!input || input.labels?.length) {
            return;
        }
        own.id ||= `ct-cell-${number += 1}`;
        const named = input.getAttribute("aria-labelledby");
        if (named && named !== own.id) {
            input.dataset.head = named;
        }
        const id = narrow.matches ? own.id : input.dataset.head;
        if (id) {
            input.setAttribute("aria-labelledby", id);
        }
    };

    const name = (table) => {
        const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
        for (const row of table.tBodies[0]?.rows ?? []) {
            if (row.cells.length !== heads.length) {
                continue; // errors, or the “add another” row
            }
            [...row.cells].forEach((cell, column) => {
                const text = title(heads[column]);
                if (text && cell.dataset.label !== text) {
                    cell.dataset.label = text;
                }
                if (text && row.matches(".form-row:not(.empty-form)")) {
                    nameInput(cell, text);
                }
                const holds = cell.querySelector("a, img, input, select, span");
                cell.classList.toggle("is-empty", !holds && !cell.textContent.trim());
            });
        }
        for (const part of table.querySelectorAll("thead, tbody, tr, th, td")) {
            part.setAttribute("role", role(part));
        }
        table.setAttribute("role", "table");
    };

    const nameAll = () => {
        document.querySelectorAll("#result_list, .inline-group .tabular table").forEach(name);
    };

    document.addEventListener("DOMContentLoaded", () => {
        nameAll();
        for (const group of document.querySelectorAll(".inline-group")) {
            new MutationObserver(nameAll).observe(group, { childList: true, subtree: true });
        }
        narrow.addEventListener("change", nameAll);
        /* Filters would fill the first screen, so they start closed. */
        const filters = document.querySelector(".ct-filter-group");
        if (filters && narrow.matches) {
            filters.open = false;
        }
    });
}
