// For comfort only: every page does all that it does without this.
"use strict";

(() => {
  // A button that copies what stands in the field that it names.
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // plain http has no clipboard of its own
      }
      button.textContent = button.dataset.copied;
    });
  }

  // Links that open their page as a popup over this one.
  const popup = document.createElement("dialog");
  popup.className = "popup";
  document.body.append(popup);
  popup.addEventListener("click", (event) => {
    if (event.target === popup || event.target.closest("[data-close]")) {
      event.preventDefault();
      popup.close();
    }
  });
  const open = async (link) => {
    const answer = await fetch(link.href, { credentials: "same-origin", redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("[data-popup-content]");
    if (!answer.ok || !content) {
      throw new Error("not a popup");
    }
    popup.replaceChildren(document.importNode(content, true));
    popup.setAttribute("aria-labelledby", "popup-title");
    popup.querySelector("h1").id = "popup-title";
    popup.showModal();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-popup]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && popup.showModal) {
      event.preventDefault();
      open(link).catch(() => window.location.assign(link.href));
    }
  });
})();
