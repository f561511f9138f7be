// The programme's lines, dragged by their handle with mouse, pen or finger. Where a line is let go is asked of the server,
// as the buttons "up" and "down" ask: it knows how the times follow. Without this script there are the buttons.

export function programme(): void {
  showHandles();
  document.addEventListener("htmx:afterSettle", showHandles);
  document.addEventListener("pointerdown", begin);
}

function showHandles(): void {
  for (const handle of document.querySelectorAll<HTMLElement>("[data-programme] [data-drag]")) handle.hidden = false;
}

function begin(event: PointerEvent): void {
  const handle = (event.target as Element).closest<HTMLElement>("[data-programme] [data-drag]");
  const line = handle?.closest<HTMLElement>("[data-line]");
  if (!handle || !line) return;
  event.preventDefault();
  line.classList.add("dragged");
  // Heard by the document: an element that changes its place loses the pointer that it had captured.
  const listening = new AbortController();
  const { signal } = listening;
  const done = (): void => {
    listening.abort();
    line.classList.remove("dragged");
    ask(line);
  };
  document.addEventListener("pointermove", (moved) => settle(line, moved.clientY), { signal });
  document.addEventListener("pointerup", done, { signal });
  document.addEventListener("pointercancel", done, { signal });
}

function lines(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-programme] > [data-line]")];
}

function settle(line: HTMLElement, y: number): void {
  for (const other of lines()) {
    if (other === line) continue;
    const { top, height } = other.getBoundingClientRect();
    const above = line.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING;
    if (above && y < top + height / 2) return other.before(line);
    if (!above && y > top + height / 2) other.after(line);
  }
}

function ask(line: HTMLElement): void {
  const to = lines().indexOf(line);
  const button = document.querySelector<HTMLButtonElement>("#programme-move");
  if (!button || String(to) === line.dataset["line"]) return;
  button.value = `move:${line.dataset["line"]}:${to}`;
  button.click();
}
