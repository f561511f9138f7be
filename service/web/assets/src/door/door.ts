// The door in a phone's browser. Everything is decided on the device first and told to the server when there is a network.
import { Camera } from "./camera";
import { readCode, Roster } from "./roster";
import { signal, type Tone } from "./signals";
import { enqueue, forgetRefused, keepList, keepPageAt, queued, readList, refusedItems } from "./store";
import { Sync, type Line } from "./sync";
import { newId, type Answer, type Entry, type Item, type Kept, type Queued } from "./types";
import { button, byId, type Card, clock, fill, isIn, make, nameOf, show, type Words } from "./view";

const REFRESH = 4000;
const REST_AFTER = 120_000;
const UNDO_FOR = 60_000;
const SAME_CODE_AGAIN = 4000;

const root = byId("door");
const words = JSON.parse(byId("door-words").textContent ?? "{}") as Words;
const eventId = root.dataset["event"] ?? "";
const tags = (root.dataset["tags"] ?? "").split(" ");
const forgetAt = Date.parse(root.dataset["forget"] ?? "");
const locale = root.dataset["locale"] ?? "id";
const at = clock(root.dataset["zone"] ?? "Asia/Jakarta", locale);
const base = new Roster(); // as the server says
const roster = new Roster(); // with what is not sent yet
const sync = new Sync(`/staff/events/${eventId}/door`, eventId, showLine);
const awaited = new Map<string, (answer: Answer) => void>();
let shown: string | null = null;
let lastCode = { text: "", at: 0 };
let usedAt = Date.now();
let corrects = ""; // the refused walk-in that the form is being filled in again for

const camera = new Camera(byId<HTMLVideoElement>("video"), (text) => {
  if (text === lastCode.text && Date.now() - lastCode.at < SAME_CODE_AGAIN) return;
  lastCode = { text, at: Date.now() };
  usedAt = Date.now();
  void take(text);
});

function mode(): "in" | "out" {
  return document.querySelector<HTMLInputElement>("input[name=mode]:checked")?.value === "out" ? "out" : "in";
}
function doorName(): string {
  return byId<HTMLInputElement>("door-name").value.trim();
}
function tell(tone: Tone, card: Omit<Card, "tone">): void {
  show({ tone, ...card });
  signal(tone, byId("sound").getAttribute("aria-pressed") === "true");
}

// ---------------------------------------------------------------- what is scanned or typed
async function take(text: string): Promise<void> {
  const code = readCode(text);
  if (!code) return tell("bad", { title: words["not_a_code"] ?? "" });
  const entry = await roster.find(code);
  if (entry) return offer(entry, true);
  if (!tags.some((tag) => code.startsWith(tag))) return tell("bad", { title: words["other_event"] ?? "" });
  // Registered since the list was fetched, perhaps: the server knows.
  const item: Item = { id: newId(), kind: mode(), at: new Date().toISOString(), code };
  awaited.set(item.id, (answer) => {
    const known = roster.entries.get(answer.registration_id ?? "");
    if (answer.outcome === "counted" && known) welcome(known, [{ ...item, registration_id: known.id }]);
    else tell(answer.outcome === "counted" ? "good" : "bad", { title: words[answer.outcome] ?? "", name: answer.name });
  });
  await note(item);
  if (sync.line !== "online") tell("known", { title: words["later"] ?? "" });
}

// A party of one that was scanned goes in at once; whoever was found by name, and every party, takes one tap.
function offer(entry: Entry, scanned: boolean): void {
  shown = entry.id;
  if (entry.state === "cancelled" || entry.state === "declined") {
    return tell("bad", { title: words["cancelled"] ?? "", name: entry.name });
  }
  if (entry.state !== "confirmed") {
    const lines = [words[entry.state] ?? entry.state];
    return tell("bad", { title: words["not_confirmed"] ?? "", name: entry.name, lines });
  }
  const going = mode();
  const left = persons(entry).filter((person) => isIn(entry, person) !== (going === "in"));
  const open = going === "in" ? left : left.filter((person) => isIn(entry, person));
  if (going === "in" && !open.length) return already(entry);
  if (entry.size === 1 && scanned) return void move(entry, [0]);
  const choices = open.length ? open : persons(entry);
  const actions: Node[] = [];
  const label = going === "in" ? "all_in" : "all_out";
  if (choices.length > 1) {
    actions.push(button(fill(words[label], choices.length), "btn-primary", () => void move(entry, choices)));
  }
  for (const person of choices) {
    const said = `${going === "in" ? words["in"] : words["out"]}: ${nameOf(entry, person, words)}`;
    actions.push(button(said, choices.length > 1 ? "btn-quiet" : "btn-primary", () => void move(entry, [person])));
  }
  show({ tone: "plain", title: entry.name, lines: details(entry), actions });
  if (scanned) signal("good", byId("sound").getAttribute("aria-pressed") === "true");
}

function persons(entry: Entry): number[] {
  return Array.from({ length: entry.size }, (_, person) => person);
}

function details(entry: Entry): string[] {
  const inside = entry.people.filter((each) => each.inside).length;
  return [
    entry.size > 1 ? fill(words["party"], inside, entry.size) : "",
    entry.slot_starts_at ? fill(words["visit"], at(entry.slot_starts_at)) : "",
    entry.institution,
    entry.needs ? fill(words["needs"], entry.needs) : "",
  ].filter(Boolean);
}

function already(entry: Entry): void {
  const there = [...entry.people].sort((one, other) => (one.since < other.since ? -1 : 1))[0];
  const since = there ? fill(words["already_in"], at(there.since)) : "";
  const lines = [there?.door ? fill(words["at_door"], there.door) : "", ...details(entry)];
  tell("known", { title: since, name: entry.name, lines });
}

// ---------------------------------------------------------------- noting, and taking back
async function move(entry: Entry, people: number[]): Promise<void> {
  const kind = mode();
  const before = { people: entry.people, count: { ...roster.count } };
  const items = people.map<Item>((person) => ({
    id: newId(),
    kind,
    at: new Date().toISOString(),
    registration_id: entry.id,
    person,
  }));
  for (const item of items) {
    roster.apply(item, doorName());
    awaited.set(item.id, (answer) => corrected(entry, answer));
  }
  welcome(entry, items, before);
  byId<HTMLInputElement>("find").value = "";
  find();
  for (const item of items) await enqueue(eventId, doorName(), item);
  showCounts();
  void exchange();
}

function welcome(entry: Entry, items: Item[], before?: { people: Entry["people"]; count: Roster["count"] }): void {
  const undo = button(words["undo"] ?? "", "btn-quiet", () => {
    if (before) roster.restore(entry.id, before.people, before.count);
    tell("known", { title: words["undone"] ?? "", name: entry.name });
    void Promise.all(
      items.map((item) => note({ id: newId(), kind: "undo", at: new Date().toISOString(), undoes: item.id })),
    );
  });
  window.setTimeout(() => undo.remove(), UNDO_FOR);
  const title = items[0]?.kind === "out" ? words["bye"] : words["welcome"];
  tell("good", { title: title ?? "", name: entry.name, lines: details(entry), actions: [undo] });
}

// The server knew more than this device: another door was first, or the place was given up meanwhile.
function corrected(entry: Entry, answer: Answer): void {
  if (answer.outcome === "counted") return;
  const name = nameOf(entry, answer.person, words);
  const lines = [answer.door ? fill(words["at_door"], answer.door) : ""];
  if (answer.outcome === "repeated") {
    const said = mode() === "out" ? words["already_out"] : words["already_in"];
    if (shown === entry.id) tell("known", { title: fill(said, answer.since ? at(answer.since) : ""), name, lines });
    return;
  }
  tell("bad", { title: words[answer.outcome] ?? answer.outcome, name });
}

async function note(item: Item): Promise<void> {
  await enqueue(eventId, doorName(), item);
  roster.apply(item, doorName());
  showCounts();
  await exchange();
}

// ---------------------------------------------------------------- walk-ins and heads
function walkIn(event: SubmitEvent): void {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const name = byId<HTMLInputElement>("walk-name").value.trim();
  if (!name) return tell("bad", { title: words["name_missing"] ?? "" });
  const contact = byId<HTMLInputElement>("walk-contact").value.trim();
  const size = Math.max(1, Number(byId<HTMLInputElement>("walk-size").value) || 1);
  const item: Item = { id: newId(), kind: "walk_in", at: new Date().toISOString(), name, party_size: size, locale };
  if (contact) item[contact.includes("@") ? "email" : "phone"] = contact;
  awaited.set(item.id, (answer) => walkedIn(answer, name, size));
  form.reset();
  show({ tone: "plain", title: words["kept"] ?? "", name });
  const replaced = corrects;
  corrects = "";
  void note(item).then(() => (replaced ? forgetRefused(replaced).then(showRefused) : undefined));
}

function walkedIn(answer: Answer, name: string, size: number): void {
  const known = roster.entries.get(answer.registration_id ?? "");
  if (answer.outcome === "already_registered" && known) return offer(known, false);
  const heads = button(words["count_head"] ?? "", "btn-primary", () => countHeads("adult", size));
  tell(answer.outcome === "registered" ? "good" : "bad", {
    title: words[answer.outcome] ?? answer.outcome,
    name,
    actions: answer.outcome === "full" ? [heads] : [],
  });
}

function countHeads(group: string, delta: number): void {
  if (delta < 0 && (roster.count.heads[group] ?? 0) + delta < 0) return;
  void note({ id: newId(), kind: "heads", at: new Date().toISOString(), age_group: group, delta });
}

// ---------------------------------------------------------------- with the server
let busy = false;
async function exchange(): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    const answers: Answer[] = [];
    const sent = await sync.send((answer, item) => {
      answers.push(answer);
      if (item && answer.outcome === "counted") base.apply(item, item.door);
    });
    const fresh = sent ? await sync.fetchList(base.asOf) : null;
    if (fresh) base.merge(fresh);
    if (fresh || answers.length) {
      const kept = base.kept(eventId, forgetAt);
      await keepList(kept);
      await rebuild(structuredClone(kept));
    }
    for (const answer of answers) {
      awaited.get(answer.id ?? "")?.(answer);
      awaited.delete(answer.id ?? "");
    }
  } finally {
    busy = false;
    await showWaiting();
    await showRefused();
    showCounts();
  }
}

async function rebuild(kept: Kept): Promise<void> {
  const waiting = await queued(eventId);
  roster.load(kept);
  roster.applyAll(waiting);
  // Whoever typed before the list was there.
  if (!readCode(byId<HTMLInputElement>("find").value)) find();
}

// ---------------------------------------------------------------- what is shown
function showLine(line: Line): void {
  byId("line").dataset["line"] = line;
  byId("line-text").textContent = words[line] ?? "";
  byId("sign-in").hidden = line !== "signed-out";
}

async function showWaiting(): Promise<void> {
  const waiting = (await queued(eventId)).length;
  byId("waiting").textContent = waiting ? ` · ${fill(words["waiting"], waiting)}` : "";
  byId("line").dataset["waiting"] = String(waiting);
}

// What the server could not understand, perhaps hours later and after a reload: it is shown until it is corrected.
async function showRefused(): Promise<void> {
  const refused = await refusedItems(eventId);
  byId("refused").hidden = !refused.length;
  const shown = [...byId("refused-list").children].map((row) => (row as HTMLElement).dataset["item"]);
  if (shown.join() === refused.map((each) => each.id).join()) return;
  const rows = refused.map((each) => {
    const said = [each.name ?? words["unknown_item"] ?? "", each.phone ?? each.email ?? "", at(each.at), each.door];
    const row = make("li", "door-row", make("p", "grow wrap-anywhere", said.filter(Boolean).join(" · ")));
    if (each.kind === "walk_in") row.append(button(words["correct"] ?? "", "btn-primary", () => correct(each)));
    row.append(button(words["remove"] ?? "", "btn-quiet", () => void forgetRefused(each.id).then(showRefused)));
    row.dataset["item"] = each.id;
    return row;
  });
  byId("refused-list").replaceChildren(...rows);
}

function correct(item: Queued): void {
  byId<HTMLDetailsElement>("walk-in-fold").open = true;
  byId<HTMLInputElement>("walk-name").value = item.name ?? "";
  byId<HTMLInputElement>("walk-contact").value = item.phone ?? item.email ?? "";
  byId<HTMLInputElement>("walk-size").value = String(item.party_size ?? 1);
  corrects = item.id;
  byId("walk-contact").focus();
}

function showCounts(): void {
  const { count } = roster;
  for (const name of ["inside", "came", "left", "expected"] as const) {
    byId(`count-${name}`).textContent = String(count[name]);
  }
  let heads = 0;
  for (const group of ["child", "teenager", "adult", "senior"]) {
    heads += count.heads[group] ?? 0;
    byId(`heads-${group}`).textContent = String(count.heads[group] ?? 0);
  }
  byId("heads-total").textContent = String(heads);
  const problems = byId("problems");
  problems.hidden = !count.problems;
  (problems.firstElementChild as HTMLElement).textContent = fill(words["problems"], count.problems);
  const age = roster.asOf ? fill(words["list_age"], at(roster.asOf), roster.entries.size) : "";
  byId("age").textContent = age;
}

function find(): void {
  const text = byId<HTMLInputElement>("find").value;
  const list = byId("found");
  if (readCode(text)) return void take(text);
  const rows = roster.search(text).map((entry) => {
    const inside = entry.people.filter((each) => each.inside).length;
    const state = entry.state === "confirmed" ? "" : (words[entry.state] ?? "");
    const said = [state, entry.institution, entry.size > 1 || inside ? fill(words["party"], inside, entry.size) : ""];
    const choose = button("", "door-found", () => offer(entry, false));
    choose.append(make("strong", "", entry.name), make("span", "text-sm", said.filter(Boolean).join(" · ")));
    return make("li", "", choose);
  });
  const nobody = text.trim().length > 1 && !rows.length;
  list.replaceChildren(...(nobody ? [make("li", "help", words["nobody"] ?? "")] : rows));
}

// ---------------------------------------------------------------- the camera
let wake: WakeLockSentinel | null = null;
async function toggleCamera(): Promise<void> {
  if (camera.running) return rest("");
  try {
    await camera.start();
  } catch {
    return rest(words["no_camera"] ?? "");
  }
  usedAt = Date.now();
  byId("camera-frame").hidden = false;
  byId("camera").textContent = words["stop"] ?? "";
  byId("camera-note").textContent = "";
  wake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

function rest(note: string): void {
  camera.stop();
  void wake?.release();
  wake = null;
  byId("camera-frame").hidden = true;
  byId("camera").textContent = words["start"] ?? "";
  byId("camera-note").textContent = note;
}

// ---------------------------------------------------------------- beginning
async function begin(): Promise<void> {
  const kept = await readList(eventId);
  if (kept) {
    base.load(kept);
    await rebuild(structuredClone(kept));
  }
  showLine(sync.line);
  showCounts();
  await exchange();
  void keepPage();
}

// The page and what it is made of, for when there is no network. Where the browser keeps nothing, the door works online.
async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const scope = `/staff/events/${eventId}/door`;
  await navigator.serviceWorker.register("/staff/door-worker.js", { scope }).catch(() => null);
  const registration = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map((each) => each.name);
  const own = parts.filter((name) => /\/(static|brand)\//.test(new URL(name).pathname));
  if (await keepPageAt(registration, [scope, ...new Set(own)])) root.dataset["kept"] = "yes";
}

root.hidden = false;
byId<HTMLInputElement>("door-name").value = localStorage.getItem("acara-door-name") ?? "";
byId("door-name").addEventListener("change", () => localStorage.setItem("acara-door-name", doorName()));
byId("camera").addEventListener("click", () => void toggleCamera());
byId("sound").addEventListener("click", (event) => {
  const button = event.currentTarget as HTMLElement;
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
});
byId("find").addEventListener("input", find);
byId("walk-in").addEventListener("submit", (event) => walkIn(event as SubmitEvent));
document.addEventListener("click", (event) => {
  const tapped = (event.target as Element).closest<HTMLElement>("[data-heads]");
  if (tapped) countHeads(tapped.dataset["heads"] ?? "", Number(tapped.dataset["delta"]));
});
window.addEventListener("online", () => void exchange());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) rest("");
  else void exchange();
});
window.setInterval(() => {
  if (document.hidden) return;
  if (camera.running && Date.now() - usedAt > REST_AFTER) rest(words["rested"] ?? "");
  void exchange();
}, REFRESH);
void begin();
