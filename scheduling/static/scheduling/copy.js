/* Buttons that copy the text of another element; without scripts they stay hidden. */
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.classList.add("is-done");
        button.textContent += " ✓";
    }, { once: true });
}
