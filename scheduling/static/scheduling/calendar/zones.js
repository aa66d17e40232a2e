/* The chosen zone and local times in it. With “own”, every class is shown in its own zone. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.zones = (config, state) => {
    const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const clocks = new Map();
    const own = () => state.zone === "own";
    const zone = () => ({
        studio: config.studioZone, own: "UTC", browser: browserZone,
    })[state.zone] || state.zone;

    /* Return the local date and time parts of an instant in a zone. */
    const parts = (moment, name) => {
        const format = new Intl.DateTimeFormat("en-CA", {
            timeZone: name, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
            hour: "2-digit", minute: "2-digit", timeZoneName: "longOffset",
        });
        return Object.fromEntries(format.formatToParts(moment).map((part) => [part.type, part.value]));
    };
    const wallClock = (moment, name) => {
        const { year, month, day, hour, minute } = parts(moment, name);
        return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
    };
    const offset = (name, moment) => parts(moment, name).timeZoneName.replace("GMT", "UTC");

    /* Return the local time of an instant in the chosen zone. */
    const wallTimes = (moment) => {
        const name = zone();
        if (!clocks.has(name)) {
            clocks.set(name, new Intl.DateTimeFormat("en-GB", {
                timeZone: name, hourCycle: "h23", hour: "2-digit", minute: "2-digit",
            }));
        }
        return clocks.get(name).format(moment);
    };

    const today = () => wallClock(new Date(), own() ? config.studioZone : zone()).date;

    return { browserZone, own, zone, wallClock, wallTimes, offset, today };
};
