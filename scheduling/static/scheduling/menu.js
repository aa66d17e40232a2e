/* Close the header's menus and those of the day on Escape and outside clicks; without scripts the summary closes them. */
"use strict";
{
    const menus = () => document.querySelectorAll(".ct-menu[open], .ct-hours details[open]");

    const closeOutside = (event) => {
        for (const menu of menus()) {
            if (!menu.contains(event.target)) {
                menu.open = false;
            }
        }
    };
    document.addEventListener("click", closeOutside);
    document.addEventListener("focusin", closeOutside);

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
