// <form data-upload="/address" data-sending="…" data-failed="…"> with <input type="file"> and <progress>:
// streams the file as the bare body of one PUT, shows how far it is, and then goes to the Location of the answer.
// Without this script the form sends the file the ordinary way.

export function uploadProgress(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const address = form.dataset["upload"];
    const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
    if (!address || !file) return;
    event.preventDefault();
    send(form, address, file);
  });
}

function send(form: HTMLFormElement, address: string, file: File): void {
  const bar = form.querySelector("progress");
  const note = form.querySelector<HTMLElement>("[data-note]");
  const request = new XMLHttpRequest();
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") query.set(name, value);
  request.open("PUT", `${address}?${query.toString()}`);
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.setRequestHeader("Accept", "text/html");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = Math.floor((loaded / total) * 100);
    if (bar) {
      bar.hidden = false;
      bar.max = 100;
      bar.value = percent;
    }
    if (note) note.textContent = `${form.dataset["sending"] ?? ""} ${percent} %`;
  });
  const fail = (): void => {
    const said = request.getResponseHeader("Content-Type")?.startsWith("text/plain") ? request.responseText : "";
    if (bar) bar.hidden = true;
    if (note) note.textContent = said || (form.dataset["failed"] ?? "");
    delete form.dataset["sent"];
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  request.addEventListener("load", () => {
    if (request.status >= 400) fail();
    else window.location.assign(request.getResponseHeader("X-Location") ?? window.location.href);
  });
  request.addEventListener("error", fail);
  request.send(file);
}
