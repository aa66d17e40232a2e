/* The dialog of a class. The server renders its content and forms; a POST returns a message or the
   reasons of a refusal. */
"use strict";

window.ctCalendar = window.ctCalendar || {};

window.ctCalendar.dialog = (config, onDone) => {
    const texts = config.texts;
    const dialog = document.getElementById("calendar-dialog");
    const body = dialog.querySelector(".ct-dialog-body");
    const headers = { "X-Requested-With": "XMLHttpRequest" };
    let whenClosed = null;
    let latestRequest = 0;
    let about = "";

    const sentence = async (response) => {
        if (response.redirected) return texts.loggedOut;
        if ((response.headers.get("Content-Type") || "").startsWith("application/json")) {
            return (await response.json()).refused;
        }
        return response.status === 403 ? texts.forbidden : texts.failed;
    };

    const refuse = (text) => {
        let place = body.querySelector(".ct-refusal");
        if (!place) {
            place = document.createElement("p");
            place.className = "ct-refusal";
            place.id = "calendar-dialog-title";
            place.setAttribute("role", "alert");
            body.replaceChildren(place);
        }
        place.textContent = "";
        place.textContent = text;
        place.scrollIntoView({ block: "nearest" });
    };

    /* Opens the dialog with the content of a URL. `placeIn` returns the new date and time in the
       class's zone, to fill in the move form. `closed` is called if nothing was changed. */
    const open = async (address, placeIn, closed) => {
        const number = ++latestRequest;
        about = address;
        whenClosed = closed || null;
        body.textContent = texts.loading;
        if (!dialog.open) dialog.showModal();
        try {
            const response = await fetch(address, { headers });
            if (number !== latestRequest) return;
            if (!response.ok || response.redirected) {
                body.replaceChildren();
                refuse(await sentence(response));
                return;
            }
            const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
            body.replaceChildren(...parsed.body.childNodes);
            if (placeIn) fill(placeIn(body.querySelector("[data-zone]").dataset.zone));
        } catch {
            body.replaceChildren();
            refuse(texts.failed);
        }
    };

    const fill = (place) => {
        const action = body.querySelector('[data-action="move"]');
        if (!action) return;
        action.open = true;
        for (const [name, value] of Object.entries(place.values)) {
            action.querySelector(`[name="${name}"]`).value = value;
        }
        const note = document.createElement("p");
        note.className = "ct-note";
        note.setAttribute("role", "status");
        note.textContent = texts.confirmMove.replace("{when}", place.when);
        action.querySelector("form").prepend(note);
        action.querySelector("button").focus();
    };

    body.addEventListener("submit", async (event) => {
        event.preventDefault();
        const form = event.target;
        const values = new FormData(form, event.submitter);
        const buttons = form.querySelectorAll("button");
        for (const button of buttons) button.disabled = true;
        try {
            const response = await fetch(form.getAttribute("action"), {
                method: "POST", headers, body: values,
            });
            if (!response.ok || response.redirected) {
                refuse(await sentence(response));
                return;
            }
            const answer = await response.json();
            if (answer.next) {
                window.location.assign(answer.next);
                return;
            }
            whenClosed = null;
            dialog.close();
            onDone(answer.done, about, answer.undo);
        } catch {
            refuse(texts.failed);
        } finally {
            for (const button of buttons) button.disabled = false;
        }
    });

    /* Takes back what was done to the class at a URL; resolves to a sentence and whether it is bad. */
    const undo = async (address, token) => {
        const values = new FormData();
        values.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
        values.set("action", "undo");
        values.set("undo", token);
        try {
            const response = await fetch(address, { method: "POST", headers, body: values });
            if (!response.ok || response.redirected) return [await sentence(response), true];
            return [(await response.json()).done, false];
        } catch {
            return [texts.failed, true];
        }
    };

    /* A click outside the dialog closes it. */
    dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => {
        latestRequest += 1;
        if (whenClosed) whenClosed();
        whenClosed = null;
    });

    return { open, undo };
};
