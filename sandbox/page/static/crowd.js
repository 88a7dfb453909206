// Two hundred fans tap one button at once, and the answers are counted.

import { el, icon } from "./dom.js";
import { attempt } from "./net.js";
import { menu } from "./overlay.js";
import { app } from "./state.js";
import { number, say } from "./words.js";

const SIZE = 200;
const SHOWN = 12_000;
let dismissed = null;
let leaving = null;

/** The button under a public keyboard that calls the crowd; null where there is none to tap. */
export function crowdCall(message, chat) {
  const buttons = (message.keyboard ?? []).flat().filter((one) => one.data && !one.disabled);
  if (!buttons.length || message.whisper || (chat.kind !== "supergroup" && chat.kind !== "group")) return null;
  const one = buttons.length === 1 ? buttons[0] : null;
  const words = one ? say("crowd_for", { n: SIZE, label: one.text }) : say("crowd", { n: SIZE });
  const made = el(
    "button.plain.crowd-call",
    { type: "button", "data-action": "crowd", "aria-label": words, title: words },
    icon("people"),
    say("crowd", { n: SIZE }),
  );
  made.addEventListener("click", () => {
    if (one) callCrowd(message, one, SIZE);
    else menu(made, buttons.map((each) => ({ text: each.text, does: () => callCrowd(message, each, SIZE) })));
  });
  return made;
}

async function callCrowd(message, button, size) {
  await attempt("crowd", { message: message.key, data: button.data, size });
}

/** Draws the crowd's counter over the chat. */
export function drawCrowd(place) {
  const crowd = app.crowd;
  if (crowd?.done && leaving !== crowd.number && dismissed !== crowd.number) leaveSoon(crowd.number);
  place.hidden = !crowd || dismissed === crowd.number;
  if (place.hidden) return;
  const close = el("button.plain", { type: "button", "aria-label": say("close"), "data-action": "close-crowd" });
  close.append(icon("close"));
  close.addEventListener("click", () => {
    dismissed = crowd.number;
    place.hidden = true;
  });
  const bar = el("progress", { max: crowd.size, value: crowd.answered, "aria-label": status(crowd) });
  place.replaceChildren(
    el("div.crowd-head", {}, icon("people"), el("strong", {}, status(crowd)), crowd.done ? close : null),
    bar,
    el("div.crowd-speed", {}, speed(crowd)),
    el(
      "ul.crowd-answers",
      {},
      crowd.answers.map((one) =>
        el("li", {}, el("b", {}, number(one.count)), el("span", {}, one.text.replace(/\s*\n\s*/g, " · "))),
      ),
    ),
  );
}

/** The counter goes by itself some time after everybody is answered, unless somebody looks at it just then. */
function leaveSoon(number) {
  leaving = number;
  setTimeout(function leave() {
    if (app.crowd?.number !== number) return; // a later crowd's counter has the place
    const place = document.querySelector(".crowd");
    if (place?.matches(":hover, :focus-within")) {
      setTimeout(leave, SHOWN / 4);
      return;
    }
    dismissed = number;
    if (place) place.hidden = true;
  }, SHOWN);
}

function status(crowd) {
  const values = { n: crowd.size, done: crowd.answered, missed: crowd.size - crowd.answered };
  if (!crowd.done) return say(crowd.tapped ? "crowd_tapping" : "crowd_coming", values);
  return say(values.missed ? "crowd_late" : "crowd_done", values);
}

function speed(crowd) {
  return crowd.p50 === undefined ? "" : say("crowd_speed", { p50: crowd.p50, p99: crowd.p99 });
}
