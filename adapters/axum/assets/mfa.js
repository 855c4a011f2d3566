// What the pages add when scripts run. Every page works without.
(() => {
  "use strict";
  const digitsOf = (field) => field.value.replace(/[\s-]/g, "");
  const complete = (field) => /^\d+$/.test(digitsOf(field)) && digitsOf(field).length === Number(field.dataset.digits);

  // A form is sent once: a double click is not a second guess.
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A button that only leads on leaves no question mark behind in the address.
  for (const form of document.querySelectorAll("form[method=get]")) {
    if (form.querySelector("[name]")) continue;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      location.assign(form.action);
    });
  }

  // A code is checked once it is complete; of several, the next one is asked for.
  for (const form of document.querySelectorAll("form[data-auto]")) {
    const fields = [...form.querySelectorAll("[data-digits]")];
    form.addEventListener("input", (event) => {
      if (!fields.includes(event.target) || !complete(event.target)) return;
      event.target.value = digitsOf(event.target);
      const missing = fields.find((field) => !complete(field));
      if (missing) missing.focus();
      else form.requestSubmit();
    });
  }

  // Copy, download, print.
  const text = (id) => {
    const source = document.getElementById(id);
    const lines = [...source.querySelectorAll("li")].map((line) => line.textContent.trim());
    return lines.length ? lines.join("\n") + "\n" : source.value;
  };
  for (const tools of document.querySelectorAll("[data-tools]")) tools.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[type=button]");
    if (!button) return;
    const { copy, download, done, file } = button.dataset;
    if (copy && navigator.clipboard) {
      await navigator.clipboard.writeText(text(copy));
      button.setAttribute("aria-live", "polite");
      button.textContent = done;
    } else if (copy) {
      const source = document.getElementById(copy);
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
    } else if (download) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text(download)], { type: "text/plain" }));
      link.download = file;
      link.click();
      URL.revokeObjectURL(link.href);
    } else if ("print" in button.dataset) {
      window.print();
    }
  });
})();
