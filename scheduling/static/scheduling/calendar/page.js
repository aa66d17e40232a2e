/* The calendar: FullCalendar with the server's feeds; the URL holds its state. */
"use strict";

(() => {
    const config = JSON.parse(document.getElementById("calendar-config").textContent);
    const { texts, urls, views } = config;
    const byId = (id) => document.getElementById(id);
    const element = byId("calendar");
    const filters = byId("calendar-filters");
    const said = byId("calendar-said");
    const feeds = window.ctCalendar.events(config);
    const names = Object.fromEntries(Object.entries(views).map(([name, view]) => [view, name]));
    names.dayGridWeek = "week";
    const narrow = window.matchMedia("(max-width: 640px)");
    const query = new URLSearchParams(window.location.search);
    const state = {
        teacher: query.get("teacher") || "",
        student: query.get("student") || "",
        room: query.get("room") || "",
        zone: config.zone,
        by: config.by,
    };
    const zones = window.ctCalendar.zones(config, state);
    const { browserZone, own, zone, wallClock, offset, today } = zones;
    const { text, inWords, freeLink, lesson, named } = window.ctCalendar.content(
        config, feeds, state, zones, () => calendar.view.type);
    const hours = window.ctCalendar.hours(zones);
    const shown = { stored: 0, planned: 0, conflicts: 0 };

    /* Seven days have space for the hours of one person or room; those of everyone are lists. */
    const isOne = () => config.isOne || Boolean(state.teacher || state.student || state.room);
    const typeOf = (name) => {
        if (name !== "week" || isOne()) return views[name];
        return narrow.matches ? views.list : "dayGridWeek";
    };
    const by = () => state.by || (narrow.matches ? "time" : "teacher");

    const sayZone = () => {
        if (inYear()) {
            byId("calendar-zone").textContent = texts.yearZone;
            return;
        }
        const isOnly = !config.severalZones && browserZone === config.studioZone;
        if (isOnly && state.zone === "studio") {
            byId("calendar-zone").textContent = "";
            return;
        }
        const text = own() ? texts.ownZone
            : state.zone === "studio" ? texts.studioZone
                : state.zone === "browser" ? texts.browserZone : texts.namedZone;
        const middle = new Date((calendar.view.activeStart.getTime() + calendar.view.activeEnd.getTime()) / 2);
        byId("calendar-zone").textContent =
            feeds.fill(text, { zone: zone(), offset: own() ? "" : offset(zone(), middle) });
    };

    /* The URL, so that the view can be linked and survives a reload -------------------------- */

    const chosen = () => [...filters.querySelectorAll("[name=status]")]
        .filter((box) => box.checked).map((box) => box.value);

    const feedParams = () => {
        const values = new URLSearchParams();
        if (state.teacher) values.set("teacher", state.teacher);
        if (state.student) values.set("student", state.student);
        if (state.room) values.set("room", state.room);
        const boxes = filters.querySelectorAll("[name=status]").length;
        const checked = chosen();
        if (checked.length < boxes) values.set("status", checked.join(",") || "none");
        return values;
    };

    const dayShown = () => (own() ? calendar.getDate().toISOString().slice(0, 10)
        : wallClock(calendar.getDate(), zone()).date);

    const remember = () => {
        const values = feedParams();
        const view = names[calendar.view.type];
        const date = dayShown();
        values.set("view", view);
        values.set("date", date);
        if (state.by && view === "day") values.set("by", state.by);
        if (state.zone !== "studio") values.set("zone", state.zone);
        window.history.replaceState(null, "", `${urls.calendar}?${values}`);
        values.set("plain", "1");
        values.delete("view");
        byId("calendar-plain").href = `${urls.calendar}?${values}`;
        for (const field of document.querySelectorAll('.ct-language [name="next"]')) {
            field.value = window.location.pathname + window.location.search;
        }
    };

    /* Feeds ------------------------------------------------------------------------------------ */

    const say = (text, bad) => {
        byId("calendar-undo").hidden = true;
        said.textContent = text;
        said.classList.toggle("is-bad", Boolean(bad));
    };

    const get = async (address, start, end, dates) => {
        const values = feedParams();
        const written = (moment) => (dates ? moment.toISOString().slice(0, 10) : moment.toISOString());
        values.set("start", written(start));
        values.set("end", written(end));
        if (own()) values.set("zone", "own");
        const response = await fetch(`${address}?${values}`, { headers: { Accept: "application/json" } });
        if (response.redirected) throw new Error(texts.loggedOut);
        if (!response.ok) {
            const json = (response.headers.get("Content-Type") || "").startsWith("application/json");
            throw new Error(json ? (await response.json()).refused : texts.failed);
        }
        return response.json();
    };

    const count = () => {
        const words = [shown.stored === 1 ? texts.countOne : feeds.fill(texts.count, { n: shown.stored })];
        if (shown.planned) words.push(feeds.fill(texts.countPlanned, { n: shown.planned }));
        if (shown.conflicts) words.push(feeds.fill(texts.countConflicts, { n: shown.conflicts }));
        byId("calendar-count").textContent = words.join(" ");
    };

    const inYear = () => calendar.view.type === "year";
    const inDay = () => calendar.view.type === "day";

    // The year and the day have their own views. (At first FullCalendar has no view yet.)
    const isOwnView = (info) => info.end - info.start > 100 * 24 * 3600 * 1000
        || info.end - info.start < 26 * 3600 * 1000;

    const storedEvents = async (info) => {
        if (isOwnView(info)) return [];
        const feed = await get(urls.events, info.start, info.end, own());
        shown.stored = feed.classes.length;
        count();
        return [...feeds.stored(feed, own()), ...feeds.closures(feed)];
    };

    const plannedEvents = async (info) => {
        if (isOwnView(info)) return [];
        shown.planned = shown.conflicts = 0;
        const checked = chosen();
        if (!(checked.includes("planned") || checked.includes("conflict"))) return [];
        const events = feeds.planned(await get(urls.planned, info.start, info.end, own()), own());
        shown.conflicts = events.filter((event) => event.extendedProps.state === "conflict").length;
        shown.planned = events.length - shown.conflicts;
        count();
        return events;
    };

    const freeTimes = async (info) => {
        if (!state.teacher || isOwnView(info) || info.end - info.start > 8 * 24 * 3600 * 1000) return [];
        return feeds.free(await get(urls.free, info.start, info.end, own()), own());
    };

    const yearBox = document.createElement("div");
    yearBox.className = "ct-year";
    const year = window.ctCalendar.year(config, feeds,
        (start, end) => get(urls.days, start, end, true),
        (date) => calendar.changeView("day", date));
    const showYear = () => {
        const wanted = Number((own() ? calendar.getDate().toISOString()
            : wallClock(calendar.getDate(), zone()).date).slice(0, 4));
        shown.planned = shown.conflicts = 0;
        year.show(yearBox, wanted, today()).then((total) => {
            shown.stored = total;
            count();
        }, (error) => say(error.message || texts.failed, true));
    };

    const loadDay = async (values) => {
        const response = await fetch(`${urls.calendar}?${values}`, { headers: { "X-Requested-With": "XMLHttpRequest" } });
        if (response.redirected) throw new Error(texts.loggedOut);
        if (!response.ok) throw new Error(texts.failed);
        return response.text();
    };
    const showDay = () => {
        const values = feedParams();
        values.set("date", dayShown());
        values.set("by", by());
        values.set("zone", state.zone === "browser" ? browserZone : state.zone);
        const key = values.toString();
        values.set("view", "day");
        values.set("plain", "1");
        element.setAttribute("aria-busy", "true");
        day.show(values, key).then((counts) => {
            if (!counts || !inDay()) return;
            Object.assign(shown, counts);
            count();
            element.setAttribute("aria-busy", "false");
        }, (error) => say(error.message || texts.failed, true));
    };

    /* Copy header names from attributes to text, for screen readers. */
    const nameHeaders = () => {
        const headers = '[role="rowheader"][aria-label], [role="columnheader"][aria-label]';
        for (const header of element.querySelectorAll(headers)) {
            if (header.querySelector(".ct-visually-hidden")) continue;
            header.append(text("ct-visually-hidden", header.getAttribute("aria-label")));
        }
    };

    /* Actions ----------------------------------------------------------------------------------------- */

    const refresh = () => {
        if (inYear()) showYear();
        else if (inDay()) showDay();
        else calendar.refetchEvents();
    };
    const { focusOn } = window.ctCalendar.focus(element, refresh);
    const dialog = window.ctCalendar.dialog(config, (sentence, address, token) => {
        say(sentence);
        if (token) offerUndo(address, token);
        focusOn(address);
    });
    const undoButton = byId("calendar-undo");
    let undo = null;
    const offerUndo = (address, token) => {
        undoButton.hidden = false;
        undo = async () => {
            undoButton.disabled = true;
            const answer = await dialog.undo(address, token);
            undoButton.disabled = false;
            say(...answer);
            focusOn(address);
        };
    };
    undoButton.addEventListener("click", () => undo());
    const clicked = (info) => {
        const { state: kind } = info.event.extendedProps;
        if (kind === "closure" || !kind) return;
        info.jsEvent.preventDefault();
        dialog.open(info.event.url);
    };

    /* After a drop: open the move form, filled in; the event moves back unless it is confirmed. */
    const place = (address, start, end, to, reverted) => {
        dialog.open(address, (classZone) => {
            const name = own() ? "UTC" : classZone;
            const from = wallClock(start, name);
            const until = wallClock(end, name);
            const { name: toName, ...people } = to;
            const where = classZone === config.studioZone ? "" : ` (${classZone})`;
            const when = `${inWords(from.date)}, ${from.time}–${until.time}${where}`;
            return {
                values: { date: from.date, start_time: from.time, end_time: until.time, ...people },
                when: toName ? `${when}, ${toName}` : when,
            };
        }, reverted);
    };
    const dropped = (info) => {
        const { start, end, allDay } = info.event;
        if (allDay || !end) {
            info.revert();
            return;
        }
        place(info.event.url, start, end, {}, info.revert);
    };
    const day = window.ctCalendar.day(config, {
        load: loadDay,
        open: (address) => dialog.open(address),
        drop: (address, start, end, to) => place(address, start, end, to, null),
        formAt: feeds.formAt,
    });

    /* Return the date in the URL; empty if it is missing or invalid. */
    const dateFromUrl = () => {
        const day = query.get("date") ?? "";
        const read = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : null;
        return read && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day) ? day : "";
    };

    /* FullCalendar ---------------------------------------------------------------------------------- */

    const calendar = new window.FullCalendar.Calendar(element, {
        initialView: typeOf(query.get("view")) || (narrow.matches || !isOne() ? views.day : views.week),
        initialDate: dateFromUrl() || today(),
        now: () => (own()
            ? (({ date, time }) => `${date}T${time}:00Z`)(wallClock(new Date(), config.studioZone))
            : new Date()),
        timeZone: zone(),
        locale: config.language,
        firstDay: 1,
        contentHeight: "auto",
        headerToolbar: false,
        columnMoreLinkClass: "ct-more",
        dayHeaderClass: (info) => (info.isToday ? "ct-is-today" : ""),
        dayCellTopInnerClass: (info) => (info.isToday ? "ct-day-number ct-is-today" : "ct-day-number"),
        rowMoreLinkClass: "ct-row-more",
        titleFormat: { year: "numeric", month: narrow.matches ? "short" : "long", day: "numeric" },
        allDayText: texts.allDay,
        timedText: texts.hours,
        eventDisplay: "block",
        noEventsText: texts.empty,
        moreLinkText: (n) => `+${n} ${texts.more}`,
        moreLinkHint: (n) => `+${n} ${texts.more}`,
        weekNumbers: false,
        navLinks: true,
        navLinkDayClick: (date) => calendar.changeView("day", date),
        nowIndicator: true,
        slotDuration: "00:30:00",
        slotHeaderInterval: "01:00:00",
        slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
        eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
        snapDuration: "00:15:00",
        dayMaxEvents: 6,
        expandRows: true,
        slotEventOverlap: false,
        eventOrder: "start,title",
        lazyFetching: false,
        eventDurationEditable: false,
        longPressDelay: 500,
        dragRevertDuration: 0,
        views: {
            dayGridWeek: { contentHeight: "auto", dayMaxEvents: false, displayEventEnd: true },
            day: {
                duration: { days: 1 }, viewClass: "is-day-view", contentHeight: "auto", content: () => ({ domNodes: [day.box] }),
                titleFormat: narrow.matches
                    ? { weekday: "short", day: "numeric", month: "short", year: "numeric" }
                    : { weekday: "long", day: "numeric", month: "long", year: "numeric" },
            },
            dayGridMonth: { contentHeight: "auto", titleFormat: { year: "numeric", month: "long" } },
            listWeek: { contentHeight: "auto" },
            year: {
                duration: { years: 1 }, contentHeight: "auto", titleFormat: { year: "numeric" },
                content: () => ({ domNodes: [yearBox] }),
            },
        },
        eventSources: [
            { id: "stored", events: (info, done, failed) => { storedEvents(info).then(done, failed); },
                failure: (error) => say(error.message || texts.failed, true) },
            { id: "planned", events: (info, done, failed) => { plannedEvents(info).then(done, failed); },
                failure: () => say(texts.plannedFailed, true) },
            { id: "free", events: (info, done, failed) => { freeTimes(info).then(done, failed); },
                failure: () => say(texts.failed, true) },
        ],
        eventContent: lesson,
        backgroundEventContent: freeLink,
        eventDidMount: named,
        eventClick: clicked,
        eventDrop: dropped,
        eventsSet: (events) => {
            hours.fit(calendar, events);
            window.requestAnimationFrame(nameHeaders);
        },
        loading: (busy) => element.setAttribute("aria-busy", busy ? "true" : "false"),
        datesSet: () => {
            remember();
            sayZone();
            nameHeaders();
            showTools();
            if (inYear()) showYear();
            if (inDay()) showDay();
        },
    });

    /* Filters ---------------------------------------------------------------------------------------- */

    const who = byId("calendar-who");
    const found = new Map();
    if (config.studentName) found.set(config.studentName, state.student);
    let searched = 0;

    const search = async () => {
        const number = ++searched;
        const response = await fetch(`${urls.students}?q=${encodeURIComponent(who.value)}`);
        if (number !== searched || !response.ok || response.redirected) return;
        const { students } = await response.json();
        if (number !== searched) return;
        byId("calendar-students").replaceChildren(...students.map(({ id, name }) => {
            found.set(name, String(id));
            const option = document.createElement("option");
            option.value = name;
            return option;
        }));
        choose();
    };
    const choose = () => {
        const name = who.value.trim();
        const student = name ? found.get(name) : "";
        if (student === undefined || student === state.student) return;
        state.student = student;
        changed();
    };
    const changed = () => {
        say("");
        const type = typeOf(names[calendar.view.type]);
        // Changing the view draws it anew.
        if (type !== calendar.view.type) {
            calendar.changeView(type);
            return;
        }
        remember();
        showTools();
        refresh();
    };

    /* Tools ------------------------------------------------------------------------------------------ */

    const showTools = () => {
        const view = names[calendar.view.type];
        // “Monday 5 January 2026”, as on the other pages.
        byId("calendar-title").textContent = calendar.view.title.replace(",", "");
        for (const button of filters.querySelectorAll("[data-view]")) {
            button.setAttribute("aria-pressed", String(button.dataset.view === view));
        }
        byId("calendar-columns").hidden = view !== "day";
        byId("calendar-by").value = by();
        const boxes = filters.querySelectorAll("[name=status]").length;
        const room = filters.querySelector("[name=room]");
        const narrowed = [
            state.student && who.value, state.room && room && room.selectedOptions[0].textContent,
            chosen().length < boxes && texts.some,
        ].filter(Boolean).join(", ");
        byId("calendar-narrowed").hidden = !narrowed;
        byId("calendar-narrowed").firstElementChild.textContent = narrowed;
    };
    byId("calendar-today").addEventListener("click", () => calendar.gotoDate(today()));
    byId("calendar-previous").addEventListener("click", () => calendar.prev());
    byId("calendar-next").addEventListener("click", () => calendar.next());
    for (const button of filters.querySelectorAll("[data-view]")) {
        button.addEventListener("click", () => calendar.changeView(typeOf(button.dataset.view)));
    }
    byId("calendar-narrowed").addEventListener("click", () => {
        state.student = state.room = who.value = "";
        const room = filters.querySelector("[name=room]");
        if (room) room.value = "";
        for (const box of filters.querySelectorAll("[name=status]")) box.checked = true;
        changed();
    });
    narrow.addEventListener("change", () => {
        if (inDay()) changed();
    });

    let typing;
    who.addEventListener("input", () => {
        choose();
        clearTimeout(typing);
        typing = setTimeout(search, 150);
    });
    who.addEventListener("focus", search, { once: true });
    filters.addEventListener("change", (event) => {
        if (event.target.name === "teacher") state.teacher = event.target.value;
        if (event.target.name === "room") state.room = event.target.value;
        if (event.target.name === "by") state.by = event.target.value;
        if (event.target.name === "zone") {
            const date = dayShown();
            state.zone = event.target.value;
            calendar.setOption("timeZone", zone());
            calendar.gotoDate(date);
            sayZone();
        }
        if (event.target.name !== "who") changed();
    });
    filters.addEventListener("submit", (event) => {
        event.preventDefault();
        choose();
    });

    /* The layer of the events covers the links of the free time. The form begins at the time that
       was clicked; from the keyboard at the beginning of the free time. */
    element.addEventListener("click", (event) => {
        if (!event.detail || event.target.closest("button, .ct-event, .ct-day-view")) return;
        const link = document.elementsFromPoint(event.clientX, event.clientY)
            .find((one) => one.matches(".ct-free-link"));
        if (!link) return;
        event.preventDefault();
        const box = link.getBoundingClientRect();
        const length = Number(link.dataset.minutes);
        window.location.assign(feeds.formAt(link.href, length, ((event.clientY - box.top) / box.height) * length));
    });

    calendar.render();
})();
