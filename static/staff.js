/* Languages on a form as tabs. Without this script all languages stand one below another.

   One choice holds for the whole page and for the next one. A tab says where a text is missing that the source language
   has, where one is outdated, and where something needs correction. Beside each text stands the source text that it
   translates. That a source text's meaning has not changed is asked once the text differs from the database's. */
"use strict";
(() => {
  const words = document.getElementById("language-words");
  if (!words) return;
  const KEY = "registry.language";
  const languages = [...words.children].map((span) => ({
    code: span.dataset.code, column: span.dataset.column, name: span.textContent.trim(), lang: span.lang, dir: span.dir,
  }));
  const source = words.dataset.source;
  const lists = [];
  let serial = 0;

  /* Fields are told by the class of their row, such as field-heading_pt_br, which read-only rows have too. */
  const columnOf = (row) => {
    for (const name of row.classList) {
      if (!name.startsWith("field-")) continue;
      const found = languages.find((language) => name.endsWith("_" + language.column));
      if (found) return { language: found, field: name.slice(6, -found.column.length - 1) };
    }
    return null;
  };
  const inputOf = (row) => row.querySelector("textarea, input:not([type=hidden], [type=checkbox])");
  const textOf = (row) => {
    const input = inputOf(row);
    return input ? input.value : (row.querySelector(".readonly")?.textContent ?? "");
  };

  function build(container) {
    const rows = [...container.querySelectorAll(".form-row")]
      .map((row) => ({ row, ...columnOf(row) }))
      .filter((found) => found.language);
    if (!rows.length || container.querySelector("[role=tablist]")) return;
    const id = "languages-" + ++serial;
    const bar = document.createElement("div");
    bar.className = "language-tabs";
    bar.setAttribute("role", "tablist");
    bar.setAttribute("aria-label", words.dataset.label);
    rows[0].row.before(bar);
    const tabs = languages.map((language) => {
      const panel = document.createElement("div");
      panel.id = id + "-" + language.column;
      panel.setAttribute("role", "tabpanel");
      panel.className = "language-panel";
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = panel.id + "-tab";
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      tab.dataset.code = language.code;
      panel.setAttribute("aria-labelledby", tab.id);
      bar.append(tab);
      return { language, tab, panel, rows: rows.filter((found) => found.language === language) };
    });
    bar.after(...tabs.map((one) => one.panel));
    for (const one of tabs) one.panel.append(...one.rows.map((found) => found.row));
    const list = { tabs, sources: tabs.find((one) => one.language.code === source)?.rows ?? [] };
    for (const one of tabs) if (one.language.code !== source) for (const found of one.rows) quote(found, list);
    bar.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tab.dataset.code);
    });
    bar.addEventListener("keydown", (event) => move(event, tabs));
    container.addEventListener("input", () => mark(list));
    lists.push(list);
    mark(list);
  }

  /* The text that a field translates, kept beside it while it is written. */
  function quote(found, list) {
    const original = list.sources.find((one) => one.field === found.field);
    if (!original) return;
    const aside = document.createElement("div");
    aside.className = "source-text";
    const title = document.createElement("strong");
    const text = document.createElement("p");
    const language = languages.find((one) => one.code === source);
    title.textContent = language.name;
    text.lang = language.lang;
    text.dir = language.dir;
    aside.append(title, text);
    found.row.append(aside);
    found.quoted = { aside, text, original };
  }

  /* A text that was typed anew is no longer the outdated one. */
  const isOutdated = (row) => {
    const input = inputOf(row);
    return Boolean(row.querySelector("[data-state=outdated]")) && (!input || input.value === input.defaultValue);
  };

  /* Whether the meaning has changed is no question while the text is the one that the database has. */
  function ask(row) {
    const meaning = row.querySelector(".meaning"), input = inputOf(row);
    if (!meaning || !input) return;
    const box = meaning.querySelector("input");
    meaning.hidden = !("moved" in meaning.dataset) && input.value === input.defaultValue;
    if (meaning.hidden) box.checked = false;
  }

  function mark(list) {
    for (const found of list.sources) ask(found.row);
    for (const { language, tab, rows } of list.tabs) {
      const missing = rows.some((found) => {
        const original = list.sources.find((one) => one.field === found.field);
        return original && textOf(original.row).trim() && !textOf(found.row).trim();
      });
      const outdated = rows.some((found) => isOutdated(found.row));
      const wrong = rows.some((found) => found.row.querySelector(".errorlist"));
      tab.replaceChildren(language.name);
      tab.classList.toggle("missing", missing);
      tab.classList.toggle("outdated", outdated);
      tab.classList.toggle("wrong", wrong);
      const notes = [wrong && words.dataset.wrong, missing && words.dataset.missing, outdated && words.dataset.outdated];
      const note = notes.filter(Boolean).join(", ");
      tab.title = note;
      if (note) {
        const said = document.createElement("span");
        said.className = "visually-hidden";
        said.textContent = ` (${note})`;
        tab.append(said);
      }
      for (const found of rows) {
        if (!found.quoted) continue;
        const text = textOf(found.quoted.original.row);
        found.quoted.text.textContent = text;
        found.quoted.aside.hidden = !text.trim();
      }
    }
  }

  function choose(code) {
    try { localStorage.setItem(KEY, code); } catch { /* a browser that keeps nothing forgets the language */ }
    for (const list of lists) {
      for (const { language, tab, panel } of list.tabs) {
        const chosen = language.code === code;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        panel.hidden = !chosen;
      }
    }
  }

  function move(event, tabs) {
    const here = tabs.findIndex((one) => one.tab === document.activeElement);
    const step = document.dir === "rtl" ? -1 : 1;
    const to = { ArrowRight: here + step, ArrowLeft: here - step, Home: 0, End: tabs.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    choose(next.language.code);
    next.tab.focus();
  }

  /* A link from the dashboard names a field, which may be in another language. */
  function follow() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const panel = target && target.closest("[role=tabpanel]");
    if (!panel) return false;
    choose(panel.id.replace(/^languages-\d+-/, "").replace("_", "-"));
    target.scrollIntoView({ block: "center" });
    target.focus();
    return true;
  }

  function first() {
    const wrong = lists.flatMap((list) => list.tabs).find((one) => one.tab.classList.contains("wrong"));
    if (wrong) return wrong.language.code;
    let kept = null;
    try { kept = localStorage.getItem(KEY); } catch { /* as above */ }
    return languages.some((one) => one.code === kept) ? kept : source;
  }

  for (const fieldset of document.querySelectorAll("fieldset.module.languages")) {
    if (!fieldset.closest(".empty-form")) build(fieldset);
  }
  choose(first());
  follow();
  window.addEventListener("hashchange", follow);
  document.addEventListener("formset:added", (event) => {
    event.target.querySelectorAll("fieldset.languages").forEach(build);
    choose(first());
  });
})();
