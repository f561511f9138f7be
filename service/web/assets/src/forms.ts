// A form is sent once: its button rests until the answer comes (the hidden key makes a second copy harmless anyway).

export function forms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method === "dialog") return;
    const button = event.submitter;
    // After this turn, so that the button's own name and value still travel with the form.
    window.setTimeout(() => button?.setAttribute("aria-busy", "true"));
    if (form.dataset["sent"] !== undefined) event.preventDefault();
    form.dataset["sent"] = "";
  });
  // The back button brings a page back as it was: with its form marked as sent.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
      delete form.dataset["sent"];
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    }
  });
}
