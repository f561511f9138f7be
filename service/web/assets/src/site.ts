// What every page may use. Nothing here is needed: without it each of these is a link, a button or a text to select.
import { conditionalQuestions } from "./asking";
import { confirmDialogs } from "./dialogs";
import { copyButtons } from "./copying";
import { finding } from "./finding";
import { forms } from "./forms";
import { partyRows } from "./party";
import { shareButtons } from "./sharing";
import { staying } from "./staying";

copyButtons();
shareButtons();
confirmDialogs();
finding();
forms();
conditionalQuestions();
partyRows();
staying();
