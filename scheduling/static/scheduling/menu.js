/* A menu of the header closes as menus do; without a script its summary still does. */
"use strict";
{
    const menus = () => document.querySelectorAll(".ct-menu[open]");

    const left = (event) => {
        for (const menu of menus()) {
            if (!menu.contains(event.target)) {
                menu.open = false;
            }
        }
    };
    document.addEventListener("click", left);
    document.addEventListener("focusin", left);

    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") {
            return;
        }
        for (const menu of menus()) {
            menu.open = false;
            menu.querySelector("summary").focus();
        }
    });
}
