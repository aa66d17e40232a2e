// Submit the form when another country, region or year is chosen.
"use strict";

document.getElementById("place").addEventListener("change", (event) => {
    const form = event.currentTarget;
    if (event.target.name === "country") {
        form.elements.region.value = "";
    }
    form.requestSubmit();
});
