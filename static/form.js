// One click is enough: a second one on a slow line would send the same form again (the server makes one request of it
// all the same). The page works without this.
for (const form of document.querySelectorAll("form.asking")) {
  const button = form.querySelector("button[type=submit]");
  const label = button.textContent;
  form.addEventListener("submit", () => {
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
    // After the browser has read the form.
    setTimeout(() => { button.disabled = true; }, 0);
  });
  // Back from the next page: the form is as it was.
  addEventListener("pageshow", () => {
    button.disabled = false;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
}
