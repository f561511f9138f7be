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
  handle.setPointerCapture(event.pointerId);
  line.classList.add("dragged");
  const follow = (moved: PointerEvent): void => settle(line, moved.clientY);
  const done = (): void => {
    handle.removeEventListener("pointermove", follow);
    line.classList.remove("dragged");
    ask(line);
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("pointerup", done, { once: true });
  handle.addEventListener("pointercancel", done, { once: true });
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
