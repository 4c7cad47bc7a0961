/* Tells what follows from a day or a kind as soon as it is chosen. Without this script a click on the button does. */
"use strict";
(() => {
  const form = document.querySelector("form[data-publish]");
  if (!form) return;
  let asked = 0;
  form.querySelector("[name=look]").hidden = true;

  async function look() {
    const turn = ++asked, data = new FormData(form), follows = document.getElementById("follows");
    data.set("look", "1");
    follows.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data });
      if (turn !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("follows");
      // Whatever else has moved is told after the click, as without this script.
      if (!now || turn !== asked) return;
      for (const slot of form.querySelectorAll("[data-errors]")) {
        const told = page.querySelector(`[data-errors="${slot.dataset.errors}"]`);
        slot.replaceChildren(...(told ? told.childNodes : []));
      }
      follows.replaceChildren(...now.childNodes);
    } catch { /* the click tells it */
    } finally {
      if (turn === asked) follows.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("change", (event) => {
    if (event.target.matches("[type=radio], [type=date]")) look();
  });
})();
