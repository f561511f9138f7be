// The page beside a meeting: the meeting opens in a tab of its own, and this page says every minute that it is still open.
// Without it the form leads to the meeting as ever.
export function staying(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-stay]");
  if (!form) return;
  const every = Number(form.dataset["stay"]) * 1000;
  const address = `${location.pathname}/here`;
  const line = document.querySelector<HTMLElement>("[data-stay-line]");
  const over = document.querySelector<HTMLElement>("[data-stay-over]");
  let timer = 0;
  const beat = async (): Promise<void> => {
    const answer = await fetch(address, { method: "POST", keepalive: true }).catch(() => null);
    if (!answer || answer.ok || answer.status === 429 || answer.status >= 500) return;
    // The event is over, or the link was replaced: nothing more to say.
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", onLook);
    if (line) line.hidden = true;
    if (over) over.hidden = false;
  };
  // A page that nobody looks at is held back by the browser: it says so at once when it is looked at again.
  const onLook = (): void => {
    if (!document.hidden) void beat();
  };
  form.target = "_blank";
  form.addEventListener("submit", () => {
    if (timer) return;
    timer = window.setInterval(() => void beat(), every);
    window.setTimeout(() => void beat(), 2000); // once the door has noted that the person came
    document.addEventListener("visibilitychange", onLook);
    if (line) line.hidden = false;
  });
}
