// Questions that hang on another answer: shown when they are asked. Without this they all stand there and say when they
// count; what is answered to one that is not asked is ignored by the server.

export function conditionalQuestions(): void {
  const update = (): void => {
    // Looked for each time: the rows of a group come and go.
    for (const said of document.querySelectorAll<HTMLElement>(".asked-if-said")) said.hidden = true;
    // In the order of the page: a question that is not asked has no answer for those behind it.
    for (const block of document.querySelectorAll<HTMLElement>("[data-shown-if]")) block.hidden = !isAsked(block);
  };
  document.addEventListener("change", update);
  window.addEventListener("pageshow", update);
  update();
}

function isAsked(block: HTMLElement): boolean {
  const wanted = (block.dataset["anyOf"] ?? "").split(" ");
  const given = document.getElementsByName(block.dataset["shownIf"] ?? "");
  return [...given].some(
    (each) =>
      each instanceof HTMLInputElement && each.checked && wanted.includes(each.value) && each.closest("[hidden]") === null,
  );
}
