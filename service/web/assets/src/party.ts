// Rows for the others of a group: as many as people come, added and taken away in place; what was typed stays. A list
// of names that is pasted into one row is spread over the rows. Without this script the server adds the rows.

export function partyRows(): void {
  const party = document.querySelector<HTMLElement>("[data-party]");
  const size = document.querySelector<HTMLInputElement>("input[name=party_size]");
  const rows = party?.querySelector<HTMLElement>("[data-party-rows]");
  const blank = party?.querySelector<HTMLTemplateElement>("[data-party-row]");
  if (!party || !size || !rows || !blank) return;
  const most = Number(party.dataset["most"] ?? "1");
  party.querySelector<HTMLElement>("[data-party-step]")?.setAttribute("hidden", "");

  const fit = (): void => {
    const wanted = Math.min(Math.max(Math.trunc(Number(size.value)) || 1, 1), most) - 1;
    while (rows.children.length < wanted) rows.append(made(blank, rows.children.length));
    // An empty row goes; one with a name stays until somebody clears it, and the number says how many count.
    [...rows.children].forEach((row, number) => ((row as HTMLElement).hidden = number >= wanted));
    const counted = party.querySelector<HTMLInputElement>("input[name=party_rows]");
    if (counted) counted.value = String(wanted);
    party.hidden = wanted === 0;
    document.dispatchEvent(new Event("change"));
  };
  size.addEventListener("input", fit);
  window.addEventListener("pageshow", fit);
  party.addEventListener("paste", (event) => {
    const field = event.target as HTMLInputElement;
    const lines = (event.clipboardData?.getData("text") ?? "").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (!/^members\.\d+\.name$/.test(field.name) || lines.length < 2) return;
    event.preventDefault();
    const first = Number(field.name.split(".")[1]);
    const needed = Math.min(first + lines.length + 1, most);
    if (Number(size.value) < needed) size.value = String(needed);
    fit();
    lines.forEach((line, number) => {
      const next = rows.querySelector<HTMLInputElement>(`input[name="members.${first + number}.name"]`);
      if (next) next.value = line;
    });
  });
  fit();
}

function made(blank: HTMLTemplateElement, number: number): Element {
  const holder = document.createElement("template");
  holder.innerHTML = blank.innerHTML.replace(/__n__/g, String(number)).replace(/__p__/g, String(number + 2)).replace(/__o__/g, String(number + 1));
  return holder.content.firstElementChild as Element;
}
