/* Looks again every few seconds while mails are being sent. Without this script a link does. */
"use strict";
(() => {
  const shown = document.getElementById("progress");
  if (!shown || !("running" in shown.dataset)) return;

  async function look() {
    if (document.hidden) return setTimeout(look, 3000);
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("progress");
      // Signed out, or gone: the link tells.
      if (!answer.ok || !now) return;
      shown.replaceChildren(...now.childNodes);
      if (!("running" in now.dataset)) {
        document.getElementById("ways").replaceWith(page.getElementById("ways"));
        return;
      }
    } catch { /* the next look may reach the server */ }
    setTimeout(look, 3000);
  }
  setTimeout(look, 3000);
})();
