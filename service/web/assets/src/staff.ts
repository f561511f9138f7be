// What the staff's pages use on top of site.ts: htmx for lists that refresh themselves, and the progress of an upload.
import htmx from "htmx.org";
import { keepDoorsClean } from "./door/keeping";
import { ordering } from "./ordering";
import { autosave } from "./autosave";
import { livePreview } from "./previewing";
import { programme } from "./programme";
import { passkeys } from "./passkeys";
import { uploadProgress } from "./uploading";
import { writing } from "./writing";

// Set before htmx starts: the content security policy knows no inline style and no eval.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

uploadProgress();
keepDoorsClean();
ordering();
writing();
autosave();
livePreview();
programme();
passkeys();
