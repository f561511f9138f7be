// What the server sends (events.door_reading) and what a device keeps until it is sent (service.inputs.door).

export interface Person {
  person: number;
  came: boolean;
  inside: boolean;
  since: string;
  door: string;
}

export interface Entry {
  id: string;
  code_hash: string;
  former_code_hashes?: string[];
  name: string;
  others: string[];
  size: number;
  state: string;
  phone_end: string;
  institution: string;
  needs: string;
  slot_starts_at: string | null;
  people: Person[];
}

export interface Count {
  expected: number;
  came: number;
  inside: number;
  left: number;
  heads: Record<string, number>;
  problems: number;
}

export interface ListAnswer {
  as_of: string;
  entries: Entry[];
  count: Count;
}

export interface Kept {
  eventId: string;
  asOf: string;
  forgetAt: number;
  entries: Entry[];
  count: Count;
}

export type Kind = "in" | "out" | "undo" | "heads" | "walk_in";

export interface Item {
  id: string;
  kind: Kind;
  at: string;
  registration_id?: string;
  code?: string;
  person?: number;
  undoes?: string;
  age_group?: string;
  delta?: number;
  name?: string;
  email?: string;
  phone?: string;
  party_size?: number;
  locale?: string;
}

export interface Queued extends Item {
  eventId: string;
  door: string;
}

export interface Answer {
  id: string | null;
  outcome: string;
  registration_id: string | null;
  name: string;
  person: number;
  since: string | null;
  door: string;
}

// RFC 9562 §5.7: ordered by time, so that the queue is sent in the order in which things happened.
let last = 0;
export function newId(): string {
  last = Math.max(Date.now(), last + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place++) bytes[place] = Math.floor(last / 2 ** (8 * (5 - place))) & 255;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
