// <button data-share-url data-share-title data-share-text hidden> opens the phone's own sharing sheet where there is one.

export function shareButtons(): void {
  if (typeof navigator.share !== "function") return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-share-url]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const { shareUrl: url = "", shareTitle: title = "", shareText: text = "" } = button.dataset;
      // Refused means that the person closed the sheet.
      navigator.share({ url, title, text }).catch(() => undefined);
    });
  }
}
