// What stays on the device: the list of an event, and what was scanned and is not sent yet. Both outlive a reload.
import type { Item, Kept, Queued } from "./types";

const NAME = "acara-door";
const CACHE = "acara-door";
const FLAG = "acara-door";
const VERSION = 2;
type Store = "lists" | "queue" | "refused";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore("lists", { keyPath: "eventId" });
        request.result.createObjectStore("queue", { keyPath: "id" }).createIndex("eventId", "eventId");
      }
      request.result.createObjectStore("refused", { keyPath: "id" }).createIndex("eventId", "eventId");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function change<T>(
  stores: Store[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => IDBRequest<T> | void,
): Promise<T | undefined> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      // "strict": on return it is on the disk, so that a phone whose battery dies has lost nothing.
      const transaction = database.transaction(stores, mode, { durability: "strict" });
      const request = work(transaction);
      transaction.oncomplete = () => resolve(request ? request.result : undefined);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function run<T>(
  store: Store,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | void,
): Promise<T | undefined> {
  return change([store], mode, (transaction) => work(transaction.objectStore(store)));
}

// Set once somebody signs out: a list that is still on its way then must not be kept after all.
let forgetting = false;

export async function keepList(kept: Kept): Promise<void> {
  if (forgetting) return;
  localStorage.setItem(FLAG, "yes");
  await run("lists", "readwrite", (store) => store.put(kept));
}

export function readList(eventId: string): Promise<Kept | undefined> {
  return run<Kept | undefined>("lists", "readonly", (store) => store.get(eventId));
}

export async function enqueue(eventId: string, door: string, item: Item): Promise<void> {
  localStorage.setItem(FLAG, "yes");
  await run("queue", "readwrite", (store) => store.put({ ...item, eventId, door } satisfies Queued));
}

export async function queued(eventId: string): Promise<Queued[]> {
  const found = await run<Queued[]>("queue", "readonly", (store) => store.index("eventId").getAll(eventId));
  return (found ?? []).sort((one, other) => (one.id < other.id ? -1 : 1));
}

// What was answered leaves the queue; what the server could not understand stays on the device until somebody sees to it.
export async function settle(sent: Queued[], refused: Queued[]): Promise<void> {
  await change(["queue", "refused"], "readwrite", (transaction) => {
    for (const each of refused) transaction.objectStore("refused").put(each);
    for (const each of sent) transaction.objectStore("queue").delete(each.id);
  });
}

export async function refusedItems(eventId: string): Promise<Queued[]> {
  return (await run<Queued[]>("refused", "readonly", (store) => store.index("eventId").getAll(eventId))) ?? [];
}

export async function forgetRefused(id: string): Promise<void> {
  await run("refused", "readwrite", (store) => void store.delete(id));
}

// People's names go when somebody signs out; what is not sent yet holds none but a walk-in's, and stays until it is.
export async function forgetLists(): Promise<void> {
  forgetting = true;
  if (localStorage.getItem(FLAG) === null) return;
  await run("lists", "readwrite", (store) => store.clear());
  if (!("caches" in window)) return;
  const worker = (await navigator.serviceWorker?.getRegistration())?.active;
  if (worker) await ask(worker, { forget: true });
  else await caches.delete(CACHE);
}

// Whether the page can be opened without a network from now on.
export async function keepPageAt(registration: ServiceWorkerRegistration, parts: string[]): Promise<boolean> {
  if (forgetting || !registration.active) return false;
  return ask(registration.active, { keep: parts });
}

function ask(worker: ServiceWorker, message: { keep: string[] } | { forget: true }): Promise<boolean> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event: MessageEvent<boolean>) => resolve(event.data);
    worker.postMessage(message, [channel.port2]);
  });
}

export async function forgetOldLists(now: number): Promise<void> {
  if (localStorage.getItem(FLAG) === null) return;
  const all = (await run<Kept[]>("lists", "readonly", (store) => store.getAll())) ?? [];
  for (const each of all.filter((kept) => kept.forgetAt < now)) {
    for (const item of await refusedItems(each.eventId)) await forgetRefused(item.id);
    await run("lists", "readwrite", (store) => store.delete(each.eventId));
  }
}
