/* Converts the server's feeds to FullCalendar events. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.events = (config) => {
    const texts = config.texts;
    const written = new Intl.NumberFormat(config.language, { useGrouping: "always" });
    const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => (
        typeof values[name] === "number" ? written.format(values[name]) : values[name]));
    const utc = (text) => text.replace(" ", "T") + ":00Z";

    /* In the class's local time; an end after midnight is on the next day. */
    const wall = (day, start, end) => {
        const from = new Date(`${day}T${start}:00Z`);
        const to = new Date(`${day}T${end}:00Z`);
        if (to <= from) to.setUTCDate(to.getUTCDate() + 1);
        return { start: from.toISOString(), end: to.toISOString() };
    };

    const address = (pk) => config.urls.classes.replace("/0/", `/${pk}/`);
    const occurrenceUrl = (item) => config.urls.occurrences
        .replace("fixed_schedule", item.kind)
        .replace("/0/", `/${item.series}/`)
        .replace("2000-01-01", item.day);

    const described = (event, state, marks) => {
        const props = event.extendedProps;
        const words = [texts[state], ...marks.map((mark) => texts[mark])];
        if (props.attendance) words.push(texts.attendance[props.attendance]);
        if (props.reason) words.push(props.reason);
        props.words = words.join(", ");
        event.class = ["ct-event", `is-${state}`, ...marks.map((mark) => `is-${mark}`)].join(" ");
        return event;
    };

    /* As many colours as the style sheet has. */
    const HUES = 10;
    const initials = (name) => {
        const words = name.split(/\s+/).filter(Boolean);
        return [...new Set([words[0], words[words.length - 1]])].filter(Boolean)
            .map((word) => [...word][0]).join("").toUpperCase();
    };
    const coloured = (event, teacher) => {
        if (teacher != null) {
            event.class += ` is-hue-${teacher % HUES}`;
            event.extendedProps.initials = initials(event.extendedProps.teacher);
        }
        return event;
    };

    const stored = (feed, own) => feed.classes.map((row) => {
        const [pk, ...rest] = row;
        const times = own ? wall(rest[0], rest[1], rest[2])
            : { start: utc(rest[0]), end: utc(rest[1]) };
        const [student, teacher, status, subject, shared, edited, oneOff, attendance, room] =
            rest.slice(own ? 3 : 2);
        const marks = [];
        if (shared) marks.push("shared");
        if (edited) marks.push("touched");
        if (oneOff) marks.push("oneOff");
        return coloured(described({
            id: `class-${pk}`,
            ...times,
            url: address(pk),
            title: feed.students[student] || "",
            startEditable: config.mayChange && status !== "cancelled",
            extendedProps: {
                state: status, marks, subject, attendance, stored: true,
                teacher: feed.teachers[teacher] || "",
                room: (feed.rooms && feed.rooms[room]) || "",
            },
        }, status, marks), teacher);
    });

    const planned = (feed, own) => feed.planned.map((item) => {
        const state = { created: "planned" }[item.outcome] || item.outcome;
        const times = own ? wall(item.day, item.startTime, item.endTime)
            : { start: utc(item.start), end: utc(item.end) };
        const marks = item.shared ? ["shared"] : [];
        return coloured(described({
            id: `planned-${item.kind}-${item.series}-${item.day}`,
            ...times,
            url: occurrenceUrl(item),
            title: item.student,
            startEditable: config.mayChange,
            extendedProps: {
                state, marks, subject: item.subject, teacher: item.teacher, room: item.room,
                reason: item.reason,
            },
        }, state, marks), item.teacherId);
    });

    /* Free time behind the classes: a link, so that it works by keyboard. */
    const free = (feed, own) => feed.free.map((item) => ({
        id: `free-${item.day}-${item.startTime}`,
        ...(own ? wall(item.day, item.startTime, item.endTime)
            : { start: utc(item.start), end: utc(item.end) }),
        display: "background",
        class: "ct-free",
        extendedProps: { free: item.form || item.url },
    }));

    const closures = (feed) => feed.closures.flatMap((closure) => {
        const title = closure.everyone ? fill(texts.closure, closure) : fill(texts.absence, closure);
        const days = { start: closure.first, end: closure.end, allDay: true, startEditable: false };
        const shown = {
            ...days, id: `closure-${closure.id}`, title, class: "ct-event is-closure",
            extendedProps: { state: "closure", marks: [], words: "" },
        };
        if (config.urls.closures) shown.url = config.urls.closures.replace("/0/", `/${closure.id}/`);
        if (!closure.everyone) return [shown];
        return [shown, {
            ...days, id: `closed-${closure.id}`, display: "background", class: "ct-closed",
        }];
    });

    /* The address of the form, with the minute of the free time that was clicked: starts are
       multiples of a quarter of an hour, and half an hour is left. */
    const formAt = (address, length, minute) => {
        const url = new URL(address, window.location.href);
        const start = url.searchParams.get("start_time");
        if (!start) return url.href;
        const [hours, minutes] = start.split(":").map(Number);
        const from = hours * 60 + minutes;
        const at = Math.round((from + minute) / 15) * 15;
        const begins = Math.max(from, Math.min(at, from + length - 30));
        const two = (number) => String(number).padStart(2, "0");
        url.searchParams.set("start_time", `${two(Math.floor(begins / 60) % 24)}:${two(begins % 60)}`);
        url.searchParams.set("duration_minutes", Math.min(60, from + length - begins));
        return url.href;
    };

    return { stored, planned, free, formAt, closures, fill };
};
