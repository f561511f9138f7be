// <button data-copy="#text" data-copied="Tersalin"> copies the text (or the value) of another element.

export function copyButtons(): void {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy]");
    const source = button && document.querySelector<HTMLElement>(button.dataset["copy"] ?? "");
    if (!button || !source) return;
    const text = source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement ? source.value : source.innerText;
    void navigator.clipboard.writeText(text).then(() => say(button));
  });
}

function say(button: HTMLButtonElement): void {
  const before = button.textContent;
  button.textContent = button.dataset["copied"] ?? before;
  button.setAttribute("aria-live", "polite");
  window.setTimeout(() => (button.textContent = before), 2000);
}
