// <form method="get" data-finding> shows what it finds below itself without loading the page anew. The address goes
// along, so that the back button and a shared link show the same; without this the form is an ordinary one.

const WAIT = 350; // milliseconds after the last key

async function show(address: string, push: boolean): Promise<void> {
  const found = document.getElementById("found");
  if (found === null) return;
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: only() });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("found");
    if (!answer.ok || fresh === null) throw new Error("not a list");
    // Links that keep the filters stand outside of what was found.
    const ways = page.querySelector(".ways");
    document.querySelector(".ways")?.replaceWith(...(ways === null ? [] : [ways]));
    found.replaceWith(fresh);
    // What was found has a first heading of its own; the greeting with the other one makes room.
    const greeting = document.querySelector<HTMLElement>("main > .band");
    if (greeting !== null) greeting.hidden = page.querySelector("main > .band") === null;
    document.title = page.title;
    if (push) history.pushState({ finding: true }, "", address);
  } catch (error) {
    if ((error as Error).name !== "AbortError") location.assign(address);
  }
}

let under: AbortController | undefined;
function only(): AbortSignal {
  under?.abort();
  under = new AbortController();
  return under.signal;
}

function address(form: HTMLFormElement): string {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() !== "") asked.append(name, value.trim());
  }
  const query = asked.toString();
  return form.getAttribute("action") + (query === "" ? "" : `?${query}`);
}

export function finding(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-finding]");
  if (form === null) return;
  let timer = 0;
  const soon = (wait: number) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void show(address(form), true), wait);
  };
  form.addEventListener("input", (event) => {
    if ((event.target as HTMLElement).id === "find-q") soon(WAIT);
  });
  form.addEventListener("change", (event) => {
    if ((event.target as HTMLElement).id !== "find-q") soon(0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    soon(0);
  });
  // The form would still say what was asked last: the whole page is asked for instead.
  window.addEventListener("popstate", () => location.reload());
}
