/* Draws the lessons and the free time in FullCalendar's views, with their accessible names. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.content = (config, feeds, state, zones, viewType) => {
    const { texts } = config;
    const { own, zone, wallClock, wallTimes } = zones;
    const MARKS = { completed: "✓", cancelled: "✕", conflict: "⚠", planned: "◌", closed: "✕" };

    const text = (className, words) => {
        const span = document.createElement("span");
        span.className = className;
        span.textContent = words;
        return span;
    };

    /* “06:00”; some locales write “6:00” despite the two-digit option. */
    const twoDigits = (times) => times.replace(/\b\d:/g, "0$&");

    /* Format a date like the other pages: “Mon 5 Jan 2026”. */
    const inWords = (date) => new Intl.DateTimeFormat(config.language, {
        timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric",
    }).formatToParts(new Date(`${date}T00:00:00Z`))
        .filter(({ type }) => type !== "literal")
        .map(({ type, value }) => (type === "month" ? value.slice(0, 3) : value)).join(" ");

    const freeLink = ({ event }) => {
        if (!event.extendedProps.free) return undefined;
        const link = document.createElement("a");
        link.className = "ct-free-link";
        link.href = event.extendedProps.free;
        link.dataset.minutes = (event.end - event.start) / 60000;
        const shownTime = (moment) => (own() ? moment.toISOString().slice(11, 16) : wallTimes(moment));
        link.title = feeds.fill(texts.free, { start: shownTime(event.start), end: shownTime(event.end) });
        link.setAttribute("aria-label", `${inWords(wallDate(event))}: ${link.title}`);
        return { domNodes: [link] };
    };
    const wallDate = (event) => (own() ? event.start.toISOString().slice(0, 10)
        : wallClock(event.start, zone()).date);

    const lesson = (info) => {
        const { state: kind, marks, subject, teacher, room, initials } = info.event.extendedProps;
        const view = viewType();
        const times = twoDigits(info.timeText);
        const time = text("ct-event-time", view === "listWeek" ? times : times.split(/[\s–]/)[0]);
        const title = text("ct-event-title", subject ? ` · ${subject}` : "");
        title.prepend(Object.assign(document.createElement("b"), { textContent: info.event.title }));
        if (initials && !state.teacher && !config.isOne && view !== "listWeek") {
            const chip = text("ct-initials", initials);
            chip.setAttribute("aria-hidden", "true");
            title.prepend(chip, " ");
        }
        const signs = [MARKS[kind], marks.includes("shared") && "⚭", marks.includes("touched") && "✎"]
            .filter(Boolean).join(" ");
        if (signs) title.prepend(text("ct-event-sign", signs), " ");
        const box = text("ct-event-box", "");
        const inARow = info.isShort || view === "dayGridMonth";
        box.classList.toggle("is-row", inARow);
        box.classList.toggle("is-line", view === "listWeek");
        const isAgenda = view === "dayGridWeek";
        box.classList.toggle("is-agenda", isAgenda);
        // The style sheet hides the time if there is no space: the position shows it.
        box.append(time, " ", title);
        const rest = [state.teacher ? "" : teacher, room].filter(Boolean).join(" · ");
        if (isAgenda && room) box.append(` · ${room}`);
        else if (rest && !inARow && !isAgenda) box.append(text("ct-event-rest", rest));
        if (view === "listWeek" && info.event.extendedProps.words !== texts.scheduled) {
            box.append(text("ct-event-words", info.event.extendedProps.words));
        }
        return { domNodes: [box] };
    };

    const named = (info) => {
        const { words, teacher, room, subject, state: kind } = info.event.extendedProps;
        if (!kind) return;
        const label = [
            info.event.allDay ? "" : twoDigits(info.timeText), info.event.title, teacher, room,
            subject, words,
        ].filter(Boolean).join(", ");
        const link = info.el.matches("a, [role=button]") ? info.el : info.el.querySelector("a") || info.el;
        if (link.matches("a, [role=button], button")) link.setAttribute("aria-label", label);
        info.el.title = label;
        // In its list view FullCalendar renders links as list items, hiding them from screen readers.
        if (info.el.getAttribute("role") === "listitem") {
            info.el.removeAttribute("role");
            if (info.el.parentElement) info.el.parentElement.setAttribute("role", "group");
        }
    };

    return { text, inWords, freeLink, lesson, named };
};
