// The pieces of the scanner's page that are made while it runs.
import type { Entry } from "./types";

export type Words = Record<string, string>;

export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

// Fills the places of a sentence: every {} in its turn.
export function fill(sentence: string | undefined, ...values: (string | number)[]): string {
  return values.reduce<string>((text, value) => text.replace("{}", String(value)), sentence ?? "");
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

export function button(label: string, kind: string, act: () => void): HTMLButtonElement {
  const made = make("button", `btn ${kind}`, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export function clock(zone: string, locale: string): (moment: string) => string {
  const format = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "id-ID", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
  });
  return (moment) => format.format(new Date(moment));
}

export function isIn(entry: Entry, person: number): boolean {
  return entry.people.some((each) => each.person === person && each.inside);
}

export function nameOf(entry: Entry, person: number, words: Words): string {
  if (person === 0) return entry.name;
  return entry.others[person - 1] ?? fill(words["person"], person + 1);
}

export interface Card {
  tone: "good" | "known" | "bad" | "plain";
  title: string;
  name?: string;
  lines?: string[];
  actions?: Node[];
}

export function show(card: Card): void {
  const place = byId("result");
  place.dataset["tone"] = card.tone;
  const parts: Node[] = [make("p", "door-result-title", card.title)];
  if (card.name) parts.push(make("p", "door-result-name", card.name));
  for (const line of card.lines ?? []) if (line) parts.push(make("p", "", line));
  if (card.actions?.length) parts.push(make("div", "door-actions", ...card.actions));
  place.replaceChildren(...parts);
  place.scrollIntoView({ block: "nearest" });
}
