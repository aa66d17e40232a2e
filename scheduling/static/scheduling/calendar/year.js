/* A custom FullCalendar view: a year as twelve small tables with the number of classes per day.
   Fifty thousand events would be slow and illegible. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.year = (config, feeds, ask, openDay) => {
    const { texts, language } = config;
    const make = (tag, values = {}, ...children) => {
        const node = Object.assign(document.createElement(tag), values);
        node.append(...children);
        return node;
    };
    const iso = (date) => date.toISOString().slice(0, 10);
    const written = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
    const monthName = written({ month: "long", year: "numeric" });
    const dayName = written({ weekday: "long", day: "numeric", month: "long" });
    const weekdays = [...Array(7).keys()].map((n) => new Date(Date.UTC(2024, 0, 1 + n)));

    const dayCell = (date, counts, closures, most, today) => {
        const day = iso(date);
        const takesPlace = (counts.scheduled || 0) + (counts.completed || 0);
        const closed = closures.filter((closure) => closure.everyone && closure.first <= day && day < closure.end);
        const words = [dayName.format(date)];
        if (day === today) words.push(texts.today);
        words.push(takesPlace === 1 ? texts.dayTotalOne : feeds.fill(texts.dayTotal, { n: takesPlace }));
        if (counts.cancelled) words.push(feeds.fill(texts.dayCancelled, { n: counts.cancelled }));
        words.push(...closed.map((closure) => feeds.fill(texts.closure, closure)));
        const label = words.join(", ");
        const link = make("a", { className: "ct-year-day", title: label, href: `?view=day&date=${day}` },
            make("span", { className: "ct-year-number", textContent: date.getUTCDate() }),
            make("span", { className: "ct-year-count", textContent: takesPlace || (closed.length ? "✕" : "") }));
        link.setAttribute("aria-label", label);
        if (takesPlace) link.classList.add(`is-level-${Math.ceil((takesPlace / most) * 4)}`);
        if (closed.length) link.classList.add("is-closed-day");
        if (day === today) link.setAttribute("aria-current", "date");
        link.addEventListener("click", (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            openDay(day);
        });
        return make("td", {}, link);
    };

    const monthTable = (year, month, feed, most, today) => {
        const head = make("tr", {}, ...weekdays.map((day) => {
            const cell = make("th", { scope: "col", textContent: written({ weekday: "narrow" }).format(day) });
            cell.setAttribute("aria-label", written({ weekday: "long" }).format(day));
            return cell;
        }));
        const rows = [];
        const date = new Date(Date.UTC(year, month, 1));
        let row = make("tr", {}, ...Array.from({ length: (date.getUTCDay() + 6) % 7 }, () => make("td")));
        while (date.getUTCMonth() === month) {
            row.append(dayCell(new Date(date), feed.days[iso(date)] || {}, feed.closures, most, today));
            date.setUTCDate(date.getUTCDate() + 1);
            if (row.children.length === 7) {
                rows.push(row);
                row = make("tr");
            }
        }
        if (row.children.length) rows.push(row);
        return make("table", { className: "ct-year-month" },
            make("caption", { textContent: monthName.format(Date.UTC(year, month, 1)) }),
            make("thead", {}, head), make("tbody", {}, ...rows));
    };

    /* `show` draws the year into `container`, and returns its number of classes. */
    const show = async (container, year, today) => {
        const feed = await ask(new Date(Date.UTC(year, 0, 1)), new Date(Date.UTC(year + 1, 0, 1)));
        const totals = Object.values(feed.days).map((counts) => (counts.scheduled || 0) + (counts.completed || 0));
        const most = Math.max(1, ...totals);
        container.replaceChildren(
            ...[...Array(12).keys()].map((month) => monthTable(year, month, feed, most, today)));
        return totals.reduce((sum, n) => sum + n, 0);
    };

    return { show };
};
