// The kiosk's camera, and its way back to the beginning when nobody touches it. Without this script the code is typed.
import { Camera } from "./door/camera";
import { readCode } from "./door/roster";

const page = document.querySelector<HTMLElement>(".kiosk");
const idle = 1000 * Number(page?.dataset["seconds"] ?? 60);
const start = document.getElementById("camera");
const video = document.getElementById("video") as HTMLVideoElement | null;
const code = document.getElementById("code") as HTMLInputElement | null;
const form = document.getElementById("by-code") as HTMLFormElement | null;

function begin(): void {
  if (!start || !video || !code || !form) return;
  const camera = new Camera(video, (text) => {
    if (!readCode(text)) return;
    camera.stop();
    code.value = text;
    form.requestSubmit();
  });
  const look = (): void => {
    const frame = document.getElementById("camera-frame");
    void camera.start().then(
      () => frame?.removeAttribute("hidden"),
      () => start.setAttribute("hidden", ""),
    );
  };
  start.hidden = false;
  start.addEventListener("click", look);
  // Once it was allowed on this tablet, the next visitor need not ask for it again.
  void navigator.permissions
    ?.query({ name: "camera" as PermissionName })
    .then((state) => state.state === "granted" && look())
    .catch(() => undefined);
}

let timer = 0;
function rest(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (code?.value || page?.dataset["step"] !== "ask" || document.querySelector("details[open]")) {
      window.location.assign("/kiosk");
    }
  }, idle);
}

for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, rest);
rest();
begin();
