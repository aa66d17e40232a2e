/* A day of the calendar: the server's columns, laid out as a grid of hours; on a phone a list.
   Lessons are dragged with the mouse; by keyboard they are moved in their dialog. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.day = (config, { load, open, drop, formAt }) => {
    const STEP = 15;
    const clock = (minutes) => `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    const box = document.createElement("div");
    box.className = "ct-day-view";
    let latest = 0;
    let shownFor = "";

    const number = (node, name) => Number(node.dataset[name]);
    const minuteHeight = (body) => body.getBoundingClientRect().height
        / (number(box.firstElementChild, "end") - number(box.firstElementChild, "first"));
    const minuteAt = (body, y) => number(box.firstElementChild, "first")
        + (y - body.getBoundingClientRect().top) / minuteHeight(body);

    /* Inline styles in HTML are forbidden by the policy; through the CSSOM they are not. */
    const place = (day) => {
        const columns = day.querySelector(".ct-columns");
        if (!columns) return;
        const set = (node, values) => {
            for (const [name, value] of Object.entries(values)) node.style.setProperty(`--${name}`, value);
        };
        const first = number(day, "first");
        // A column with lessons side by side is wider.
        const widths = [...columns.querySelectorAll(".ct-column")].map((column) => {
            const lanes = Math.max(1, ...[...column.querySelectorAll("[data-lanes]")].map((item) => number(item, "lanes")));
            return `minmax(${Math.max(9.5, lanes * 6)}rem, ${lanes}fr)`;
        });
        set(columns, { first, end: number(day, "end"), columns: widths.join(" ") });
        columns.classList.add("is-placed");
        columns.tabIndex = 0;
        columns.setAttribute("role", "region");
        columns.setAttribute("aria-label", config.texts.day);
        for (const node of columns.querySelectorAll("[data-start]")) {
            set(node, { start: number(node, "start"), end: number(node, "end"), lane: node.dataset.lane || 0, lanes: node.dataset.lanes || 1 });
            node.classList.toggle("is-short", number(node, "end") - number(node, "start") < 40);
            node.classList.toggle("is-tiny", number(node, "end") - number(node, "start") < 25);
        }
        [...columns.querySelectorAll(".ct-hours li")].forEach((item, n) => {
            item.textContent = clock(first + n * 60);
            set(item, { start: first + n * 60 });
        });
        const now = day.dataset.now;
        if (now !== undefined && Number(now) >= first && Number(now) <= number(day, "end")) {
            const line = document.createElement("div");
            line.className = "ct-now";
            set(line, { start: now });
            columns.append(line);
        }
    };

    const show = async (query, dateAndFilters) => {
        const request = ++latest;
        const html = await load(query);
        if (request !== latest) return null;
        const day = new DOMParser().parseFromString(html, "text/html").querySelector(".ct-day");
        const scroller = box.querySelector(".ct-columns");
        const stays = shownFor === dateAndFilters && scroller ? [scroller.scrollLeft, scroller.scrollTop] : null;
        place(day);
        box.replaceChildren(day);
        shownFor = dateAndFilters;
        const columns = day.querySelector(".is-placed");
        if (columns && stays) [columns.scrollLeft, columns.scrollTop] = stays;
        else if (columns) {
            const body = columns.querySelector(".ct-column-body");
            if (body) columns.scrollTop = (number(day, "opensAt") - number(day, "first")) * minuteHeight(body);
        }
        const { numberStored: stored, numberPlanned: planned, numberConflicts: conflicts } = day.dataset;
        return { stored: Number(stored), planned: Number(planned), conflicts: Number(conflicts) };
    };

    /* Free places ------------------------------------------------------------------------------ */

    box.addEventListener("click", (event) => {
        const lesson = event.target.closest("a.ct-event, .ct-group a");
        if (lesson) {
            event.preventDefault();
            open(lesson.getAttribute("href"));
            return;
        }
        const body = event.target.closest(".is-placed .ct-column-body");
        if (!body || event.target.closest(".ct-event")) return;
        const minute = minuteAt(body, event.clientY);
        const link = event.target.closest(".ct-free-link");
        // From the keyboard the link leads to its beginning.
        if (link && event.detail) {
            const start = number(link, "start");
            link.href = formAt(link.href, number(link, "end") - start, minute - start);
        }
    });

    /* Dragging ---------------------------------------------------------------------------------- */

    let drag = null;

    const target = (event) => {
        const under = document.elementsFromPoint(event.clientX, event.clientY);
        const column = under.map((node) => node.closest(".is-placed .ct-column")).find(Boolean) || drag.column;
        const body = column.querySelector(".ct-column-body");
        const start = Math.round((minuteAt(body, event.clientY) - drag.grip) / STEP) * STEP;
        return { column, body, start: Math.max(0, Math.min(start, 24 * 60 - STEP)) };
    };

    box.addEventListener("pointerdown", (event) => {
        const item = event.target.closest("[data-moves]");
        // A finger scrolls.
        if (!item || event.button !== 0 || event.pointerType === "touch" || !item.closest(".is-placed")) return;
        const column = item.closest(".ct-column");
        drag = {
            item, column, x: event.clientX, y: event.clientY, moved: false,
            grip: minuteAt(column.querySelector(".ct-column-body"), event.clientY) - number(item, "start"),
        };
    });
    box.addEventListener("dragstart", (event) => event.preventDefault());
    document.addEventListener("pointermove", (event) => {
        if (!drag) return;
        if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
        if (!drag.moved) {
            drag.moved = true;
            drag.ghost = drag.item.cloneNode(true);
            drag.ghost.className += " is-ghost";
            drag.ghost.inert = true;
            drag.item.classList.add("is-dragged");
        }
        const { body, start } = target(event);
        const length = number(drag.item, "end") - number(drag.item, "start");
        for (const [name, value] of Object.entries({ start, end: start + length, lane: 0, lanes: 1 })) {
            drag.ghost.style.setProperty(`--${name}`, value);
        }
        drag.ghost.querySelector(".ct-event-rest").textContent = `${clock(start)}–${clock(start + length)}`;
        if (drag.ghost.parentElement !== body) body.append(drag.ghost);
    });
    const leave = () => {
        if (!drag) return;
        drag.item.classList.remove("is-dragged");
        if (drag.ghost) drag.ghost.remove();
        drag = null;
    };
    document.addEventListener("pointerup", (event) => {
        if (!drag) return;
        if (drag.moved) {
            const { column, start } = target(event);
            const { item } = drag;
            const by = box.firstElementChild.classList.contains("is-by-room") ? "room" : "teacher";
            const begins = new Date(item.dataset.moment).getTime() + (start - number(item, "start")) * 60000;
            const ends = begins + (number(item, "end") - number(item, "start")) * 60000;
            // The click that follows is not one on the lesson.
            box.addEventListener("click", (click) => {
                click.preventDefault();
                click.stopImmediatePropagation();
            }, { capture: true, once: true });
            if (column !== drag.column || start !== number(item, "start")) {
                drop(item.querySelector("a").getAttribute("href"), new Date(begins), new Date(ends),
                    column === drag.column ? {} : { [by]: column.dataset.key, name: column.querySelector("h3").lastElementChild.textContent });
            }
            window.setTimeout(leave);
            return;
        }
        leave();
    });
    document.addEventListener("pointercancel", leave);
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape") leave();
    });

    return { box, show };
};
