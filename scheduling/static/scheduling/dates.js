/* Dates and times are typed as the page writes them (“30 Nov 2026”, “16:00”), whatever the browser's
   locale. The native input keeps the name and the ISO value of the form, and opens the calendar.
   Without this script the native inputs are used. */
"use strict";
{
    const texts = document.currentScript.dataset;
    const MONTHS = {
        en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        es: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
    };
    const months = MONTHS[document.documentElement.lang.slice(0, 2)] ?? MONTHS.en;
    const digits = (number, count) => String(number).padStart(count, "0");

    const dateText = (iso) => {
        const [year, month, day] = iso.split("-").map(Number);
        return day ? `${day} ${months[month - 1]} ${year}` : "";
    };

    const monthNumber = (text) => {
        if (/^\d+$/.test(text)) {
            return Number(text);
        }
        const start = text.slice(0, 3).toLowerCase();
        return months.findIndex((name) => name.toLowerCase() === start) + 1;
    };

    /* Return the ISO date of what was typed, empty if it is none: “30 Nov 2026”, “30/11/2026”,
       “30112026”, “2026-11-30”, each also after a weekday. */
    const isoDate = (typed) => {
        const text = typed.trim().replace(/^\p{L}+\.?,?\s+(?=\d)/u, "");
        const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
        const own = /^(\d{1,2})[\s./-]+(?:de\s+)?(\d{1,2}|\p{L}{3,})\.?[\s./,-]+(?:de\s+)?(\d{4}|\d{2})$/u.exec(text)
            ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text);
        if (!iso && !own) {
            return "";
        }
        const [year, month, day] = iso
            ? [Number(iso[1]), Number(iso[2]), Number(iso[3])]
            : [Number(own[3]) + (own[3].length === 2 ? 2000 : 0), monthNumber(own[2]), Number(own[1])];
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        return exists ? `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}` : "";
    };

    /* Return the time of what was typed: “16:00”, “16.00”, “1600”, “16”, “4 pm”; else the text. */
    const clockTime = (typed) => {
        const parts = /^(\d{1,2})(?:[:.h]?(\d{2}))?(?::(\d{2}))?\s*([ap])?\.?\s*m?\.?$/i.exec(typed.trim());
        if (!parts) {
            return typed;
        }
        const half = (parts[4] ?? "").toLowerCase();
        const hour = half ? (Number(parts[1]) % 12) + (half === "p" ? 12 : 0) : Number(parts[1]);
        const time = `${digits(hour, 2)}:${parts[2] ?? "00"}`;
        return parts[3] ? `${time}:${parts[3]}` : time;
    };

    /* Move what names and describes an input to the input that people use. */
    const stateOf = (native, text) => {
        for (const label of native.labels) {
            if (label.htmlFor) {
                label.htmlFor = text.id;
            }
        }
        for (const name of ["aria-describedby", "aria-invalid", "aria-label", "aria-labelledby", "required", "disabled", "autofocus"]) {
            if (native.hasAttribute(name)) {
                text.setAttribute(name, native.getAttribute(name));
                native.removeAttribute(name);
            }
        }
        native.disabled = text.disabled;
    };

    let number = 0;

    const useDateText = (native) => {
        const text = document.createElement("input");
        text.type = "text";
        text.autocomplete = "off";
        text.id = `${native.id || `ct-date-${number += 1}`}-typed`;
        text.placeholder = texts.example;
        const button = document.createElement("button");
        button.type = "button";
        button.setAttribute("aria-label", texts.open);
        const box = document.createElement("span");
        box.className = "ct-date";
        native.before(box);
        stateOf(native, text);
        box.append(text, button, native);
        native.tabIndex = -1;
        native.setAttribute("aria-hidden", "true");

        const show = () => {
            text.value = dateText(native.value);
            text.setCustomValidity("");
        };
        const tell = (type) => native.dispatchEvent(new Event(type, { bubbles: true }));
        show();
        native.addEventListener("input", (event) => event.isTrusted && show());
        native.addEventListener("change", () => document.activeElement !== text && show());
        text.addEventListener("input", () => {
            const iso = isoDate(text.value);
            const isRefused = text.value.trim() !== "" && !iso;
            text.setCustomValidity(isRefused ? texts.refused : "");
            if (native.value !== iso) {
                native.value = iso;
                tell("input");
            }
        });
        text.addEventListener("change", () => {
            if (text.validity.valid) {
                show();
            }
            tell("change");
        });
        button.addEventListener("click", () => native.showPicker());
    };

    const useTimeText = (input) => {
        input.type = "text";
        input.classList.add("ct-time");
        input.inputMode = "numeric";
        input.autocomplete = "off";
        input.placeholder = "16:00";
        input.pattern = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?";
        input.title = texts.time;
        input.addEventListener("change", () => {
            input.value = clockTime(input.value);
        });
    };

    const useTexts = () => {
        for (const native of document.querySelectorAll("input[type=date]:not([aria-hidden])")) {
            if (!native.closest(".empty-form")) {
                useDateText(native);
            }
        }
        for (const input of document.querySelectorAll("input[type=time]")) {
            if (!input.closest(".empty-form")) {
                useTimeText(input);
            }
        }
    };

    document.addEventListener("DOMContentLoaded", () => {
        useTexts();
        /* Rows that are added, and forms that a script loads. */
        new MutationObserver(useTexts).observe(document.body, { childList: true, subtree: true });
    });
}
