// On every staff page: what the door keeps of people goes when somebody signs out, and a day after the event.
import { forgetLists, forgetOldLists } from "./store";

const AT_MOST = 1500;

export function keepDoorsClean(): void {
  void forgetOldLists(Date.now()).catch(() => undefined);
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (new URL(form.action).pathname !== "/staff/sign-out") return;
    event.preventDefault();
    const enough = new Promise((resolve) => window.setTimeout(resolve, AT_MOST));
    void Promise.race([forgetLists().catch(() => undefined), enough]).then(() => form.submit());
  });
}
