// The event's form while somebody writes: marks what one language lacks, counts it, and takes over what others wrote.

export function writing(): void {
  const form = document.querySelector<HTMLFormElement>("form.in-tongues");
  if (!form) return;
  form.addEventListener("input", () => markGaps(form));
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-take]")) {
    const field = form.elements.namedItem(button.dataset["take"] ?? "");
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) continue;
    button.hidden = field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");
    button.addEventListener("click", () => {
      field.value = button.dataset["value"] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }
}

function markGaps(form: HTMLFormElement): void {
  const text = (name: string | undefined): string => {
    const field = form.elements.namedItem(name ?? "");
    return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value.trim() : "";
  };
  const counts: Record<string, number> = { id: 0, en: 0 };
  for (const mark of form.querySelectorAll<HTMLElement>("[data-gap]")) {
    const name = mark.dataset["gap"] ?? "";
    mark.hidden = text(name) !== "" || text(mark.dataset["beside"]) === "";
    const language = name.slice(-2);
    if (!mark.hidden) counts[language] = (counts[language] ?? 0) + 1;
  }
  for (const [language, count] of Object.entries(counts)) {
    for (const place of document.querySelectorAll<HTMLElement>(`[data-gaps="${language}"]`)) {
      place.textContent = String(count);
      if (place.classList.contains("gap-count")) place.hidden = count === 0;
    }
    const sum = document.querySelector<HTMLElement>(`[data-gap-sum="${language}"]`);
    if (sum) sum.hidden = count === 0;
  }
}
