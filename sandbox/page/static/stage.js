// The bar over the chats: who is played, the time, the language.

import { changed } from "./changes.js";
import { arrows, el, face, icon } from "./dom.js";
import { play } from "./navigation.js";
import { attempt } from "./net.js";
import { menu } from "./overlay.js";
import { app, now } from "./state.js";
import { NAMES, current, dateAndTime, dayKey, number, say, setLanguage, soon, stageDate, time } from "./words.js";

const people = document.querySelector(".people");
const clock = document.querySelector(".clock");
const jumps = document.querySelector(".jumps");
const tongue = document.querySelector(".tongue");

const add = el("button.plain.add-fan", { type: "button", "data-action": "add-fan" }, icon("plus"));
add.addEventListener("click", async () => {
  const done = await attempt("add_fan");
  if (done) await play(done.person.id, app.open);
});

const DAY = 86_400;
const HOUR = 3_600;

export function drawStage() {
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  drawPeople();
  drawJumps();
  drawTime();
  tongue.replaceChildren(icon("globe"));
}

function drawPeople() {
  const known = new Map([...people.querySelectorAll("[data-person]")].map((one) => [one.dataset.person, one]));
  const chips = app.people.map((one) => updateChip(known.get(String(one.id)), chip(one)));
  add.title = say("add_fan");
  add.setAttribute("aria-label", add.title);
  if (chips.length === known.size && chips.every((one) => one.isConnected)) return;
  const focused = people.contains(document.activeElement) ? document.activeElement : null;
  people.replaceChildren(...chips, add);
  focused?.focus();
}

/** Makes an old chip look like a new one. If it were replaced during a tap, the tap would be lost. */
function updateChip(old, made) {
  if (!old) return made;
  for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (!old.isEqualNode(made)) old.replaceChildren(...made.childNodes);
  return old;
}

function chip(one) {
  const mine = one.id === app.me;
  const unread = !mine && one.unread;
  const role = say(`role_${one.role}`);
  const words = [one.name, role, unread ? say("unread", { n: one.unread }) : null].filter(Boolean).join(", ");
  return el(
    "button.person",
    {
      type: "button",
      role: "radio",
      "aria-checked": mine,
      "aria-label": words,
      title: words,
      tabindex: mine ? 0 : -1,
      "data-person": one.id,
      "data-role": one.role,
      "data-unread": one.unread,
      onclick: () => {
        if (one.id !== app.me) play(one.id);
      },
    },
    el("span.face-box", {}, face(one.id, one.name), unread ? el("span.badge", {}, number(one.unread)) : null),
    el("span.person-words", {}, el("strong", {}, one.name), el("small", {}, role)),
  );
}

people.addEventListener("keydown", (event) => arrows(event, [...people.querySelectorAll("button")], { across: true }));

function jumpChoices() {
  const { next } = app.clock;
  const at = next && dateAndTime(next.at, now());
  return [
    { name: "hour", text: say("hour"), short: say("hour_short"), does: () => attempt("jump", { seconds: HOUR }) },
    { name: "tomorrow", text: say("tomorrow"), short: say("tomorrow_short"), does: () => attempt("jump", { seconds: DAY }) },
    {
      name: "next",
      text: next ? say("next_at", { at: next.title ? `${next.title} · ${at}` : at }) : say("next_none"),
      short: say("next_short"),
      small: next ? `${soon(next.at, now())} ${next.title}`.trim() : say("next_none"),
      disabled: !next,
      does: () => attempt("jump", { next: true }),
    },
  ];
}

function drawJumps() {
  const focused = jumps.contains(document.activeElement) ? document.activeElement.dataset.jump : null;
  jumps.replaceChildren(
    ...jumpChoices().map((one) =>
      el(
        "button.jump",
        {
          type: "button",
          "data-jump": one.name,
          disabled: one.disabled,
          onclick: one.does,
          title: one.text,
          "aria-label": one.text,
        },
        el("strong", {}, one.short),
        one.small ? el("small", {}, one.small) : null,
      ),
    ),
  );
  if (focused) jumps.querySelector(`[data-jump="${focused}"]`)?.focus();
}

/** Draws the clock, which runs on between two messages from the stand-in. */
export function drawTime() {
  const present = now();
  const shown = `${dayKey(present)} ${time(present)} ${current()}`;
  if (clock.dataset.shown === shown) return;
  clock.dataset.shown = shown;
  clock.dataset.now = Math.round(present);
  clock.replaceChildren(icon("clock"), el("span.date", {}, stageDate(present)), el("strong", {}, time(present)));
  const here = time(present);
  const there = time(present, app.zone);
  clock.title = here === there ? stageDate(present) : say("shop_time", { time: there });
}

clock.addEventListener("click", () => menu(clock, jumpChoices(), { label: say("clock") }));

tongue.addEventListener("click", () => {
  const items = Object.entries(NAMES).map(([code, name]) => ({
    name: code,
    text: name,
    checked: code === current(),
    does: () => {
      setLanguage(code);
      delete clock.dataset.shown;
      changed("language");
    },
  }));
  menu(tongue, items, { label: say("language") });
});
