// <form data-autosave="/address"> sends what is typed there every few seconds, as the form would be sent, and shows the
// answer in [data-autosave-note]. What cannot be sent (no connection, signed out) is kept in this browser until it can.
// Nothing of this saves the form: it is a copy for whoever comes back. Without this script the form is saved as ever.

const PAUSE = 1500;
const LONGEST = 5000;

export function autosave(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-autosave]");
  if (form) new Autosave(form).begin();
}

class Autosave {
  private readonly address: string;
  private readonly key: string;
  private readonly note: HTMLElement | null;
  private timer: number | undefined;
  private since = 0;
  private kept = "";
  private over = false;
  private request: AbortController | undefined;

  constructor(private readonly form: HTMLFormElement) {
    this.address = form.dataset["autosave"] ?? "";
    this.key = `acara-copy ${form.dataset["owner"] ?? ""} ${this.address}`;
    this.note = form.querySelector("[data-autosave-note]");
  }

  begin(): void {
    this.kept = this.typed();
    void this.sendWhatWasKeptHere();
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("change", () => this.soon());
    this.form.addEventListener("submit", () => this.end());
    // A phone that switches to another application may never come back to this page.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
    });
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.over = false;
    });
    window.addEventListener("online", () => this.soon());
    if (this.form.dataset["unsaved"] !== undefined) void this.send();
  }

  private typed(): string {
    const pairs = [...new FormData(this.form)].map(([name, value]) => [name, typeof value === "string" ? value : ""]);
    return new URLSearchParams(pairs).toString();
  }

  private soon(): void {
    const now = Date.now();
    this.since ||= now;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), Math.max(0, Math.min(PAUSE, this.since + LONGEST - now)));
  }

  private async send(): Promise<void> {
    const typed = this.typed();
    this.since = 0;
    if (this.over || (typed === this.kept && this.form.dataset["unsaved"] === undefined)) return;
    this.request?.abort();
    this.request = new AbortController();
    try {
      const answer = await post(this.address, typed, this.request.signal);
      if (answer.status === 401) return this.keepHere(typed, this.form.dataset["signedOut"]);
      if (!answer.ok) return this.keepHere(typed, this.form.dataset["offline"]);
      this.kept = typed;
      delete this.form.dataset["unsaved"];
      forget(this.key);
      this.say((await answer.text()).trim());
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) this.keepHere(typed, this.form.dataset["offline"]);
    }
  }

  private leave(): void {
    const typed = this.typed();
    if (this.over || typed === this.kept) return;
    window.clearTimeout(this.timer);
    if (navigator.sendBeacon(this.address, new URLSearchParams(typed))) this.kept = typed;
    else remember(this.key, typed);
  }

  private end(): void {
    this.over = true;
    window.clearTimeout(this.timer);
    this.request?.abort();
    forget(this.key);
  }

  private keepHere(typed: string, said: string | undefined): void {
    remember(this.key, typed);
    this.say(said ?? "");
  }

  // What an earlier visit could not send is sent now, and shown as what was left here.
  private async sendWhatWasKeptHere(): Promise<void> {
    const held = recall(this.key);
    if (!held || held === this.kept) return forget(this.key);
    try {
      const answer = await post(this.address, held);
      if (!answer.ok) return;
      forget(this.key);
      this.over = true;
      window.location.replace(window.location.href);
    } catch {
      // Still no connection: it stays where it is.
    }
  }

  private say(text: string): void {
    if (this.note) this.note.textContent = text;
  }
}

function post(address: string, body: string, signal?: AbortSignal): Promise<Response> {
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams(body),
    headers: { "HX-Request": "true" },
    redirect: "error",
    signal: signal ?? null,
  });
}

// Storage may be full or forbidden; then there is no second net, and the first one still holds.
function remember(key: string, text: string): void {
  try {
    window.localStorage.setItem(key, text);
  } catch {
    return;
  }
}

function recall(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

function forget(key: string): void {
  try {
    window.localStorage.removeItem(key);
  } catch {
    return;
  }
}
