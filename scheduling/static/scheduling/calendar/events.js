/* What the server's feeds say, as events of FullCalendar. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.events = (config) => {
    const texts = config.texts;
    const written = new Intl.NumberFormat(config.language, { useGrouping: "always" });
    const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => (
        typeof values[name] === "number" ? written.format(values[name]) : values[name]));
    const utc = (text) => text.replace(" ", "T") + ":00Z";

    /* On the wall clock of the class: after midnight is the day after. */
    const wall = (day, start, end) => {
        const from = new Date(`${day}T${start}:00Z`);
        const to = new Date(`${day}T${end}:00Z`);
        if (to <= from) to.setUTCDate(to.getUTCDate() + 1);
        return { start: from.toISOString(), end: to.toISOString() };
    };

    const address = (pk) => config.urls.classes.replace("/0/", `/${pk}/`);
    const occurrence = (one) => config.urls.occurrences
        .replace("fixed_schedule", one.kind)
        .replace("/0/", `/${one.series}/`)
        .replace("2000-01-01", one.day);

    const described = (event, state, marks) => {
        const props = event.extendedProps;
        const words = [texts[state], ...marks.map((mark) => texts[mark])];
        if (props.attendance) words.push(texts.attendance[props.attendance]);
        if (props.reason) words.push(props.reason);
        props.words = words.join(", ");
        event.class = ["ct-event", `is-${state}`, ...marks.map((mark) => `is-${mark}`)].join(" ");
        return event;
    };

    const stored = (feed, own) => feed.classes.map((row) => {
        const [pk, ...rest] = row;
        const times = own ? wall(rest[0], rest[1], rest[2])
            : { start: utc(rest[0]), end: utc(rest[1]) };
        const [student, teacher, status, subject, shared, touched, oneOff, attendance] =
            rest.slice(own ? 3 : 2);
        const marks = [];
        if (shared) marks.push("shared");
        if (touched) marks.push("touched");
        if (oneOff) marks.push("oneOff");
        return described({
            id: `class-${pk}`,
            ...times,
            url: address(pk),
            title: feed.students[student] || "",
            startEditable: config.mayChange && status !== "cancelled",
            extendedProps: {
                state: status, marks, subject, attendance, stored: true,
                teacher: feed.teachers[teacher] || "",
            },
        }, status, marks);
    });

    const planned = (feed, own) => feed.planned.map((one) => {
        const state = { created: "planned" }[one.outcome] || one.outcome;
        const times = own ? wall(one.day, one.startTime, one.endTime)
            : { start: utc(one.start), end: utc(one.end) };
        const marks = one.shared ? ["shared"] : [];
        return described({
            id: `planned-${one.kind}-${one.series}-${one.day}`,
            ...times,
            url: occurrence(one),
            title: one.student,
            startEditable: config.mayChange,
            extendedProps: {
                state, marks, subject: one.subject, teacher: one.teacher, reason: one.reason,
            },
        }, state, marks);
    });

    const closures = (feed) => feed.closures.flatMap((one) => {
        const title = one.everyone ? fill(texts.closure, one) : fill(texts.absence, one);
        const days = { start: one.first, end: one.end, allDay: true, startEditable: false };
        const shown = {
            ...days, id: `closure-${one.id}`, title, class: "ct-event is-closure",
            extendedProps: { state: "closure", marks: [], words: "" },
        };
        if (config.urls.closures) shown.url = config.urls.closures.replace("/0/", `/${one.id}/`);
        if (!one.everyone) return [shown];
        return [shown, {
            ...days, id: `closed-${one.id}`, display: "background", class: "ct-closed",
        }];
    });

    return { stored, planned, closures, fill };
};
