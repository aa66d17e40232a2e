/* The keyboard's focus after an action. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.focus = (element, refresh) => {
    let acted = "";
    const focusOn = (address) => {
        acted = address;
        refresh();
        keepFocus();
        window.setTimeout(leaveFocus, 5000);
    };
    /* After an action the lesson is drawn anew, and not at once: it gets the focus as soon as it can
       have it, unless the user does something else. */
    const keepFocus = () => {
        if (!acted) return;
        const link = element.querySelector(`a[href="${acted}"]`);
        if (link && document.activeElement !== link && !document.querySelector("dialog[open]")) {
            link.focus({ preventScroll: true });
        }
        window.requestAnimationFrame(keepFocus);
    };
    const leaveFocus = () => { acted = ""; };
    document.addEventListener("keydown", leaveFocus, { capture: true });
    document.addEventListener("pointerdown", leaveFocus, { capture: true });
    document.addEventListener("focusin", (event) => {
        if (event.target.getAttribute("href") !== acted) leaveFocus();
    });

    return { focusOn };
};
