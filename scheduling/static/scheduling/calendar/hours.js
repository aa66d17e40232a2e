/* The visible hours of the views with an axis of time: those of all classes and free times. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.hours = ({ own, wallTimes }) => {
    let hours = "";

    /* Extend the visible hours to all events. */
    const fit = (calendar, events) => {
        const hasDays = events.some((event) => event.allDay);
        if (calendar.getOption("allDaySlot") !== hasDays) calendar.setOption("allDaySlot", hasDays);
        if (!calendar.view.type.startsWith("timeGrid")) {
            // A set option overrides the view's own, so it is reset for other views.
            if (hours) calendar.setOption("contentHeight", "auto");
            hours = "";
            return;
        }
        // The hours in use, and the free ones of the chosen teacher.
        let first = 24;
        let last = 0;
        for (const event of events) {
            if (event.allDay || !event.start || !event.end) continue;
            const from = own() ? event.start.toISOString().slice(11, 16) : wallTimes(event.start);
            const to = own() ? event.end.toISOString().slice(11, 16) : wallTimes(event.end);
            const start = Number(from.slice(0, 2));
            const end = Number(to.slice(0, 2)) + (to.endsWith(":00") ? 0 : 1);
            if (to <= from) last = 24;
            first = Math.min(first, start);
            last = Math.max(last, end);
            if (to <= from && to !== "00:00") first = 0;
        }
        if (first >= last) [first, last] = [8, 20];
        // Half an hour has space for two lines.
        const wanted = `${first}-${last}`;
        if (wanted === hours) return;
        hours = wanted;
        const two = (hour) => `${String(hour).padStart(2, "0")}:00:00`;
        calendar.setOption("slotMinTime", two(first));
        calendar.setOption("slotMaxTime", two(last));
        calendar.setOption("contentHeight", (last - first) * 60 + 60);
    };

    return { fit };
};
