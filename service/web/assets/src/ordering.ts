// The builder's list of questions: dragged by their handle (mouse, pen or finger), or moved by the arrow keys and the
// buttons "up" and "down", in place and announced. Without this script the buttons ask the server.

const LIST = "#questions";

export function ordering(): void {
  document.addEventListener("click", moveByButton, { capture: true });
  document.addEventListener("keydown", moveByKey);
  document.addEventListener("pointerdown", drag);
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", arrive);
  showHandles();
}

function showHandles(): void {
  for (const handle of document.querySelectorAll<HTMLElement>("[data-handle]")) handle.hidden = false;
}

// ---------------------------------------------------------------- moving
function moveByButton(event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLButtonElement>(`${LIST} button[name=do]`);
  const [step, id] = (button?.value ?? "").split(":");
  if (!button || !id || (step !== "up" && step !== "down")) return;
  event.preventDefault();
  event.stopPropagation();
  const question = button.closest<HTMLElement>("[data-question]");
  if (question) step === "up" ? before(question) : behind(question);
  button.focus();
}

function moveByKey(event: KeyboardEvent): void {
  const handle = (event.target as Element).closest<HTMLElement>("[data-handle]");
  const question = handle?.closest<HTMLElement>("[data-question]");
  if (!handle || !question || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  event.key === "ArrowUp" ? before(question) : behind(question);
  handle.focus();
}

function before(question: HTMLElement): void {
  question.previousElementSibling?.before(question);
  told(question);
}

function behind(question: HTMLElement): void {
  question.nextElementSibling?.after(question);
  told(question);
}

function told(question: HTMLElement): void {
  const all = [...document.querySelectorAll<HTMLElement>(`${LIST} > [data-question]`)];
  all.forEach((each, number) => {
    const shown = each.querySelector("[data-number]");
    if (shown) shown.textContent = String(number + 1);
  });
  const region = document.getElementById("moved");
  const name = question.querySelector("[data-name]")?.textContent ?? "";
  if (region) {
    region.textContent = (region.dataset["said"] ?? "")
      .replace("{name}", name)
      .replace("{number}", String(all.indexOf(question) + 1))
      .replace("{total}", String(all.length));
  }
  question.dispatchEvent(new CustomEvent("moved", { bubbles: true }));
}

// ---------------------------------------------------------------- dragging
function drag(down: PointerEvent): void {
  const handle = (down.target as Element).closest<HTMLElement>("[data-handle]");
  const question = handle?.closest<HTMLElement>("[data-question]");
  if (!handle || !question || down.button !== 0) return;
  down.preventDefault();
  handle.focus();
  handle.setPointerCapture(down.pointerId);
  question.classList.add("dragged");
  let moved = false;
  const follow = (move: PointerEvent): void => {
    scrollNear(move.clientY);
    const above = question.previousElementSibling;
    const below = question.nextElementSibling;
    if (above && move.clientY < middle(above)) {
      above.before(question);
      moved = true;
    } else if (below && move.clientY > middle(below)) {
      below.after(question);
      moved = true;
    }
    // Taken out and put back, an element loses the pointer.
    if (!handle.hasPointerCapture(down.pointerId)) handle.setPointerCapture(down.pointerId);
  };
  const finish = (): void => {
    document.removeEventListener("pointermove", follow);
    document.removeEventListener("pointerup", finish);
    document.removeEventListener("pointercancel", finish);
    question.classList.remove("dragged");
    if (moved) told(question);
  };
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", finish);
  document.addEventListener("pointercancel", finish);
}

function middle(element: Element): number {
  const box = element.getBoundingClientRect();
  return box.top + box.height / 2;
}

function scrollNear(y: number): void {
  const edge = 64;
  if (y < edge) window.scrollBy(0, -16);
  else if (y > window.innerHeight - edge) window.scrollBy(0, 16);
}

// ---------------------------------------------------------------- after a step of the server
const opened = new Set<string>();

function remember(): void {
  opened.clear();
  for (const body of document.querySelectorAll<HTMLDetailsElement>("[data-body][open]")) opened.add(body.dataset["body"] ?? "");
}

function arrive(event: Event): void {
  const builder = document.getElementById("builder");
  if (!builder || (event.target as Element | null)?.id === "preview") return;
  showHandles();
  for (const body of builder.querySelectorAll<HTMLDetailsElement>("[data-body]")) {
    if (opened.has(body.dataset["body"] ?? "")) body.open = true;
  }
  const focus = builder.dataset["focus"] ?? "";
  const found = focus
    ? (document.getElementById(`field-${focus}`) ?? builder.querySelector<HTMLElement>(`button[value="${focus}"]`))
    : null;
  found?.focus();
}
