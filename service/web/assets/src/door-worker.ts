// The service worker of the scanner's page: keeps the page itself and its styles and scripts, so that it opens without a
// network. It keeps no list and no scan; those are in IndexedDB, which the page reads.
const CACHE = "acara-door";
const PATIENCE = 4000;

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(kind: string, listener: (event: never) => void): void;
}
const worker = self as unknown as Worker;

worker.addEventListener("install", (event: Lasting) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event: Lasting) => event.waitUntil(worker.clients.claim()));
// Keeping and forgetting are asked of the worker alone, and whoever asks is told when it is done. The store is opened, or
// removed, in the order of the messages: whoever signs out while the page is being kept leaves none of it behind.
worker.addEventListener("message", (event: MessageEvent & Lasting) => {
  const asked = event.data as { keep?: string[]; forget?: true };
  const work = asked.forget ? caches.delete(CACHE) : keepAll(asked.keep ?? []);
  event.waitUntil(work.then((done) => event.ports[0]?.postMessage(done)));
});
worker.addEventListener("fetch", (event: Asked) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(freshPage(request));
  else if (path.startsWith("/static/") || path.startsWith("/brand/")) event.respondWith(keptFile(request));
});

async function keepAll(addresses: string[]): Promise<boolean> {
  const cache = await caches.open(CACHE);
  const kept = await Promise.all(addresses.map((address) => keep(cache, address)));
  return kept.every(Boolean);
}

async function keep(cache: Cache, address: string): Promise<boolean> {
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  await cache.put(bare(address), answer);
  return true;
}

async function freshPage(request: Request): Promise<Response> {
  const kept = await keptAt(request.url);
  const fresh = fetch(request);
  if (!kept) return fresh;
  const tooSlow = new Promise<Response>((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE));
  return Promise.race([fresh.catch(() => kept.clone()), tooSlow]);
}

async function keptFile(request: Request): Promise<Response> {
  return (await keptAt(request.url)) ?? fetch(request);
}

// Looks without opening: opening would make the store again that signing out has just removed.
function keptAt(address: string): Promise<Response | undefined> {
  return caches.match(bare(address), { cacheName: CACHE });
}

// A choice of language or a notice in the address makes no other page.
function bare(address: string): string {
  const url = new URL(address, self.location.href);
  return url.origin + url.pathname;
}

export {};
