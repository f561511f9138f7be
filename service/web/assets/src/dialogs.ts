// <form data-confirm="#dialog"> asks in a <dialog> before it is sent; without this script the form leads to a page that asks.
// <button data-open="#dialog"> opens a dialog; inside it <form method="dialog"> closes it without any script.

export function confirmDialogs(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const dialog = find(form.dataset["confirm"]);
    if (!dialog || form.dataset["confirmed"] !== undefined) return;
    event.preventDefault();
    const submitter = event.submitter;
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        form.dataset["confirmed"] = "";
        form.requestSubmit(submitter);
      },
      { once: true },
    );
    dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    find((event.target as Element).closest<HTMLElement>("[data-open]")?.dataset["open"])?.showModal();
  });
}

function find(selector: string | undefined): HTMLDialogElement | null {
  return selector ? document.querySelector<HTMLDialogElement>(selector) : null;
}
