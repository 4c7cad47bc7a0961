/* Translating without a page load: a passage is saved where it stands, and what is typed is kept until it is saved.

   Everything here works without this script too, by a page load for each passage. */
"use strict";
(() => {
  const page = document.querySelector("#content-main[data-language]");
  const words = document.getElementById("translation-words")?.dataset;
  if (!page || !words) return;
  const list = document.getElementById("passages");
  const heard = document.getElementById("heard");
  const PREFIX = `translation:${page.dataset.user}:`;

  const passages = () => [...list.querySelectorAll(".passage")];
  const fieldOf = (passage) => passage.querySelector("[name=text]");
  /* What the server holds: `defaultValue` of a field that came back refused is what was typed. */
  const saved = new WeakMap();
  const dirty = (passage) => {
    const field = fieldOf(passage);
    return Boolean(field) && saved.has(field) && field.value !== saved.get(field);
  };
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  /* Kept texts, by passage and by the source that they were made beside ------------------------------------------- */

  const placeOf = (passage) => `${PREFIX}${page.dataset.language}:${passage.dataset.passage}:`;
  const keyOf = (passage) => placeOf(passage) + passage.dataset.source;
  const storage = {
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, text) { try { localStorage.setItem(key, text); return true; } catch { return false; } },
    remove(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept either */ } },
    forget(start) { for (const key of this.keys()) if (key.startsWith(start)) this.remove(key); },
  };

  function keep(passage) {
    if (dirty(passage)) storage.set(keyOf(passage), fieldOf(passage).value);
    else storage.remove(keyOf(passage));
  }

  function offer(passage) {
    /* Beside this source, else beside an earlier one: it moved on while the text waited. */
    const there = storage.keys().filter((key) => key.startsWith(placeOf(passage)));
    const key = there.includes(keyOf(passage)) ? keyOf(passage) : there[0];
    const kept = key ? storage.get(key) : null;
    const field = fieldOf(passage);
    if (kept === null || !field) return;
    if (kept === field.value) return;
    const notice = make("div", { className: "kept" });
    const back = make("button", { type: "button", className: "button", textContent: words.restore });
    const away = make("button", { type: "button", className: "button", textContent: words.forget });
    notice.append(make("span", { textContent: words.kept }), back, away);
    back.addEventListener("click", () => {
      storage.forget(placeOf(passage));
      put(field, kept);
      notice.remove();
      field.focus();
    });
    away.addEventListener("click", () => {
      storage.forget(placeOf(passage));
      notice.remove();
      field.focus();
    });
    passage.querySelector(".sides").before(notice);
  }

  /* One passage ------------------------------------------------------------------------------------------------------ */

  function put(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function insert(field, text) {
    field.focus();
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function grow(field) {
    if (field.localName !== "textarea" || CSS.supports("field-sizing", "content")) return;
    const lines = field.value.split("\n").reduce((sum, line) => sum + 1 + Math.floor(line.length / 60), 0);
    field.rows = Math.min(40, Math.max(2, lines));
  }

  function mark(passage) {
    const changed = dirty(passage);
    const [save, confirm, approve] = ["default", "confirm", "approve"].map((n) => passage.querySelector(`button.${n}`));
    if (confirm) {
      confirm.hidden = changed;
      save.hidden = !changed;
    }
    if (approve) approve.hidden = changed;
  }

  function prepare(passage) {
    const field = fieldOf(passage);
    if (!field) return;
    const theirs = passage.querySelector(".words.theirs");
    const refused = passage.querySelector(".problem, .errorlist");
    saved.set(field, theirs ? theirs.textContent : refused ? null : field.value);
    for (const code of passage.querySelectorAll(".placeholders code")) {
      const chip = make("button", { type: "button", className: "chip", textContent: code.textContent });
      chip.setAttribute("aria-label", `${words.insert}: ${code.textContent}`);
      chip.addEventListener("click", () => insert(field, chip.textContent));
      code.replaceWith(chip);
    }
    if (!field.value) {
      const copy = make("button", { type: "button", className: "copy", textContent: words.copy });
      copy.addEventListener("click", () => {
        put(field, passage.querySelector(".source .words").textContent);
        copy.remove();
        field.focus();
      });
      passage.querySelector(".buttons").append(copy);
    }
    field.addEventListener("input", () => {
      keep(passage);
      grow(field);
      mark(passage);
    });
    grow(field);
    if (refused) keep(passage);
    else offer(passage);
    mark(passage);
  }

  function complain(passage, text) {
    passage.querySelector(".problem")?.remove();
    const problem = make("p", { className: "problem", textContent: text });
    problem.setAttribute("role", "alert");
    passage.querySelector(".sides").before(problem);
  }

  /* The answer is the passage as it is now, and how far the language has come. */
  function replace(passage, html) {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const fresh = answer.querySelector(".passage");
    if (!fresh) return null;
    const progress = answer.getElementById("progress");
    passage.replaceWith(fresh);
    if (progress) document.getElementById("progress").replaceWith(progress);
    prepare(fresh);
    return fresh;
  }

  async function send(passage, button) {
    if (passage.dataset.busy) return;
    const form = passage.querySelector("form");
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    passage.dataset.busy = "1";
    const field = fieldOf(passage);
    /* What is typed after the save would be in no answer. */
    if (field) field.readOnly = true;
    heard.textContent = words.saving;
    keep(passage);
    try {
      const response = await fetch(button?.getAttribute("formaction") || form.getAttribute("action"), {
        method: "POST", body: data, redirect: "manual", headers: { "X-Requested-With": "fetch" },
      });
      await take(passage, response);
    } catch {
      complain(passage, words.offline);
    } finally {
      delete passage.dataset.busy;
      if (field) field.readOnly = false;
      if (heard.textContent === words.saving) heard.textContent = "";
    }
  }

  async function take(passage, response) {
    if (response.type === "opaqueredirect") return complain(passage, words.signedOut);
    if (response.status === 403) return complain(passage, words.forbidden);
    const text = await response.text();
    if (response.status === 409 && response.headers.get("Content-Type")?.startsWith("text/plain")) {
      return complain(passage, text);
    }
    if (![200, 409, 422].includes(response.status)) return complain(passage, words.failed);
    /* What is refused is kept again, beside the source that came with the answer. */
    storage.forget(placeOf(passage));
    const fresh = replace(passage, text);
    if (!fresh) return complain(passage, words.failed);
    if (!response.ok) return fieldOf(fresh)?.focus();
    heard.textContent = fresh.querySelector(".done").textContent;
    if (!step(fresh, 1)) heard.textContent += ` ${words.finished}`;
    return undefined;
  }

  /* Moving ----------------------------------------------------------------------------------------------------------- */

  function step(from, by) {
    const rows = passages();
    for (let i = rows.indexOf(from) + by; i >= 0 && i < rows.length; i += by) {
      const target = fieldOf(rows[i]) ?? rows[i].querySelector("button, a");
      if (!target || rows[i].classList.contains("saved")) continue;
      target.focus({ preventScroll: true });
      rows[i].scrollIntoView({ block: "nearest" });
      return true;
    }
    /* Nothing further: what was saved keeps the focus, so that the keyboard stays where it was. */
    const last = from.querySelector("summary") ?? fieldOf(from);
    last?.focus();
    return false;
  }

  list.addEventListener("submit", (event) => {
    const passage = event.target.closest(".passage");
    if (!passage) return;
    event.preventDefault();
    send(passage, event.submitter);
  });

  document.addEventListener("keydown", (event) => {
    const passage = document.activeElement?.closest(".passage");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      if (!passage || document.activeElement !== fieldOf(passage)) return;
      event.preventDefault();
      send(passage, null);
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && ["PageDown", "PageUp"].includes(event.key)) {
      event.preventDefault();
      const by = event.key === "PageDown" ? 1 : -1;
      const rows = passages();
      if (passage) step(passage, by);
      else if (rows.length) (fieldOf(rows[by > 0 ? 0 : rows.length - 1]) ?? rows[0]).focus();
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (passages().some(dirty)) event.preventDefault();
  });
  document.getElementById("logout-form")?.addEventListener("submit", () => storage.forget(PREFIX));

  /* A link names a passage that may stand on another page. */
  function follow() {
    const key = decodeURIComponent(location.hash.slice(1));
    const there = document.getElementById(key);
    if (there?.classList.contains("passage")) {
      /* Browsers heed no autofocus where an address names a place, and take the focus away when they go there. */
      fieldOf(there)?.focus({ preventScroll: true });
      return;
    }
    if (!key.includes("/")) return;
    const address = new URL(location.href);
    if (address.searchParams.get("at") === key) return;
    address.searchParams.set("at", key);
    location.replace(address);
  }

  document.querySelector(".shortcuts").hidden = false;
  passages().forEach(prepare);
  if (document.readyState === "complete") follow();
  else window.addEventListener("load", () => requestAnimationFrame(follow));
})();
