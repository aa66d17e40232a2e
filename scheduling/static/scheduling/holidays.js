// Another country, region or year is shown as soon as it is chosen.
"use strict";

document.getElementById("place").addEventListener("change", (event) => {
    const form = event.currentTarget;
    if (event.target.name === "country") {
        form.elements.region.value = "";
    }
    form.requestSubmit();
});
