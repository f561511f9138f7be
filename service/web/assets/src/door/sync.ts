// Between the device and the server: what is queued goes out in its order, what is new comes in. Both may fail for hours.
import { queued, settle } from "./store";
import type { Answer, Count, ListAnswer, Queued } from "./types";

const MOST = 100;
const PATIENCE = 15_000;

export type Line = "online" | "offline" | "signed-out" | "refused";

interface Sent {
  items: Answer[];
  count: Count;
}

export class Sync {
  line: Line = navigator.onLine ? "online" : "offline";

  constructor(
    private readonly address: string,
    private readonly eventId: string,
    private readonly onLine: (line: Line) => void,
  ) {}

  // Sends everything that waits. Two tabs of one phone take turns: what one has sent, the other finds gone.
  async send(answered: (answer: Answer, item: Queued | undefined) => void): Promise<boolean> {
    const work = async (): Promise<boolean> => {
      for (;;) {
        const waiting = (await queued(this.eventId)).slice(0, MOST);
        const first = waiting[0];
        if (!first) return true;
        const items = waiting.filter((each) => each.door === first.door);
        const body = {
          sent_at: new Date().toISOString(),
          door: first.door,
          items: items.map(({ eventId: _event, door: _door, ...item }) => item),
        };
        const answer = await this.ask(`${this.address}/scans`, { method: "POST", body: JSON.stringify(body) });
        if (!answer) return false;
        const sent = (await answer.json()) as Sent;
        // Only now: what was answered is committed. A tab that dies before sends it again, which counts once.
        await settle(
          items,
          items.filter((_, place) => sent.items[place]?.outcome === "invalid"),
        );
        sent.items.forEach((each, place) => answered(each, items[place]));
      }
    };
    return navigator.locks ? navigator.locks.request(`acara-door-${this.eventId}`, work) : work();
  }

  async fetchList(since: string): Promise<ListAnswer | null> {
    const query = since ? `?since=${encodeURIComponent(since)}` : "";
    const answer = await this.ask(`${this.address}/list${query}`, {});
    return answer ? ((await answer.json()) as ListAnswer) : null;
  }

  private async ask(address: string, request: RequestInit): Promise<Response | null> {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const stop = new AbortController();
    const timer = window.setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { ...request, headers, redirect: "manual", signal: stop.signal });
      // The sign-in page: the session has ended. What is queued stays, and goes out after signing in again.
      if (answer.type === "opaqueredirect" || answer.status === 401) return this.tell("signed-out");
      if (answer.status >= 500 || answer.status === 429) return this.tell("offline");
      if (!answer.ok) return this.tell("refused");
      this.tell("online");
      return answer;
    } catch {
      return this.tell("offline");
    } finally {
      window.clearTimeout(timer);
    }
  }

  private tell(line: Line): null {
    if (line !== this.line) this.onLine((this.line = line));
    return null;
  }
}
