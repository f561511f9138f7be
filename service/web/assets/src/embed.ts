// Loaded by other sites: <script src="https://…/embed.js" data-organiser="…" async></script> puts a frame with the
// coming events where it stands, as high as what it shows. Asks for nothing, keeps nothing, and changes nothing else.
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (script === null) return;
  const origin = new URL(script.src).origin;
  const { organiser = "", title = "Acara perpustakaan", ...filters } = script.dataset;
  const address = new URL(organiser === "" ? "/embed" : `/embed/${encodeURIComponent(organiser)}`, origin);
  for (const [name, value] of Object.entries(filters)) address.searchParams.set(name, value ?? "");
  address.searchParams.set("fit", "yes");
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = title;
  frame.loading = "lazy";
  frame.style.cssText = "display:block;width:100%;height:24rem;border:0;color-scheme:auto";
  addEventListener("message", (event: MessageEvent<unknown>) => {
    // Only our own page, and only the one in this frame, may say how high it is.
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    const height = (event.data as { acaraHeight?: unknown } | null)?.acaraHeight;
    if (typeof height === "number" && height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
  });
  script.after(frame);
})();
