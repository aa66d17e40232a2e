/* Buttons that copy the text of another element; without scripts they stay hidden. */
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
        const source = document.getElementById(button.dataset.copy);
        try {
            await navigator.clipboard.writeText(source.textContent);
        } catch {
            /* Without HTTPS pages have no clipboard: the selected text can be copied. */
            getSelection().selectAllChildren(source);
            if (!document.execCommand("copy")) return;
        }
        button.classList.add("is-done");
        if (!button.textContent.endsWith("✓")) button.textContent += " ✓";
    });
}
