/* The button that prints the page; without scripts it stays hidden. */
"use strict";
for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details[data-printed]")) part.open = true;
});
