// <form data-live-preview> sends itself into its preview frame a moment after one stops typing, by the button
// [data-preview] that does so without this script as well.

const PAUSE = 600;

export function livePreview(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-live-preview]");
  const button = form?.querySelector<HTMLButtonElement>("[data-preview]");
  if (!form || !button) return;
  let timer: number | undefined;
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => form.requestSubmit(button), PAUSE);
  });
}
