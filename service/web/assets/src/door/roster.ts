// The list in memory: found by code, by name or number, brought up to date by the server and by what is queued here.
import type { Count, Entry, Item, Kept, ListAnswer, Person, Queued } from "./types";

const MISREAD: Record<string, string> = { O: "0", I: "1", L: "1", U: "V" };

// As events.links.read_door_code: 12 letters and digits of Crockford's base 32, or null for what cannot be a code.
export function readCode(text: string): string | null {
  const code = text
    .trim()
    .toUpperCase()
    .replace(/[\s.–-]/g, "")
    .replace(/[OILU]/g, (letter) => MISREAD[letter] ?? letter);
  return /^[0-9A-HJKMNP-TV-Z]{12}$/.test(code) ? code : null;
}

export async function hashOf(code: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’`.,-]/g, "")
    .toLowerCase();
}

// Also of what was printed before the secret key was changed.
function hashesOf(entry: Entry): string[] {
  return [entry.code_hash, ...(entry.former_code_hashes ?? [])];
}

export class Roster {
  entries = new Map<string, Entry>();
  private byHash = new Map<string, string>();
  asOf = "";
  count: Count = { expected: 0, came: 0, inside: 0, left: 0, heads: {}, problems: 0 };

  load(kept: Kept): void {
    this.entries.clear();
    this.byHash.clear();
    this.merge({ as_of: kept.asOf, entries: kept.entries, count: kept.count });
  }

  merge(answer: ListAnswer): void {
    for (const entry of answer.entries) {
      const before = this.entries.get(entry.id);
      if (before) for (const hash of hashesOf(before)) this.byHash.delete(hash);
      this.entries.set(entry.id, entry);
      for (const hash of hashesOf(entry)) this.byHash.set(hash, entry.id);
    }
    this.asOf = answer.as_of;
    this.count = answer.count;
  }

  async find(code: string): Promise<Entry | undefined> {
    return this.entries.get(this.byHash.get(await hashOf(code)) ?? "");
  }

  search(text: string): Entry[] {
    const words = plain(text).split(/\s+/).filter(Boolean);
    const digits = text.replace(/\D/g, "");
    if (!words.length) return [];
    const found: Entry[] = [];
    for (const entry of this.entries.values()) {
      const said = plain(`${entry.name} ${entry.others.join(" ")} ${entry.institution}`);
      const byNumber = digits.length >= 4 && entry.phone_end !== "" && digits.endsWith(entry.phone_end);
      if (byNumber || words.every((word) => said.includes(word))) found.push(entry);
      if (found.length >= 30) break;
    }
    return found;
  }

  // Everything that waits to be sent, but what was taken back again.
  applyAll(items: Queued[]): void {
    const undone = new Set(items.map((item) => item.undoes));
    for (const item of items) if (!undone.has(item.id)) this.apply(item, item.door);
  }

  // What was scanned here counts at once; the server's own word replaces it when it comes.
  apply(item: Item, door: string): void {
    if (item.kind === "heads" && item.age_group) {
      const before = this.count.heads[item.age_group] ?? 0;
      this.count.heads[item.age_group] = Math.max(0, before + (item.delta ?? 1));
    }
    const entry = this.entries.get(item.registration_id ?? "");
    if (!entry || (item.kind !== "in" && item.kind !== "out")) return;
    this.place(entry, item.person ?? 0, item.kind === "in", item.at, door);
  }

  place(entry: Entry, person: number, inside: boolean, since: string, door: string): void {
    const before = entry.people.find((each) => each.person === person);
    if (before && before.came && before.inside === inside) return;
    if (!before?.came) this.count.came += 1;
    if (inside) this.count.inside += 1;
    else if (before?.inside) this.count.inside -= 1;
    this.count.left = this.count.came - this.count.inside;
    const now: Person = { person, came: true, inside, since, door };
    entry.people = [...entry.people.filter((each) => each.person !== person), now];
  }

  restore(id: string, people: Person[], count: Count): void {
    const entry = this.entries.get(id);
    if (entry) entry.people = people;
    this.count = { ...this.count, came: count.came, inside: count.inside, left: count.left };
  }

  kept(eventId: string, forgetAt: number): Kept {
    return { eventId, forgetAt, asOf: this.asOf, entries: [...this.entries.values()], count: this.count };
  }
}
