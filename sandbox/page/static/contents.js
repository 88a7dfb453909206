// Contents of a message besides text and files: polls, rich blocks, places, dice, contacts.

import { el, icon, script } from "./dom.js";
import { attempt } from "./net.js";
import { folded, link } from "./rich.js";
import { now } from "./state.js";
import { does, press } from "./taps.js";
import { entityTime, number, say } from "./words.js";

const STYLES = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  subscript: "sub",
  superscript: "sup",
  marked: "mark",
  code: "span.code",
};

/** The elements of these contents; none for a message that has only text. */
export function content(message) {
  const made = [];
  if (message.poll) made.push(poll(message));
  if (message.rich) made.push(el("div.rich", { dir: "auto" }, blocks(message.rich, message)));
  if (message.thing) made.push(thing(message.thing));
  return made;
}

function poll(message) {
  const { poll: asked } = message;
  const open = !asked.closed && !asked.voted;
  const chosen = new Set();
  const vote = (options) => attempt("vote", { message: message.key, options });
  const send = el("button.poll-vote", { type: "button", disabled: true, "data-action": "vote" }, say("vote"));
  send.addEventListener("click", () => vote([...chosen]));
  const choose = (place, line) => {
    if (!asked.several) return vote([place]);
    if (!chosen.delete(place)) chosen.add(place);
    line.setAttribute("aria-checked", String(chosen.has(place)));
    send.disabled = chosen.size === 0;
    return null;
  };
  const lines = asked.options.map((one, place) => (open ? choice(one, place, asked, choose) : result(one, asked)));
  return el(
    "div.poll",
    { "data-closed": asked.closed },
    el("strong.poll-question", { dir: "auto", lang: script(asked.question) }, asked.question),
    el("small.poll-kind", {}, kindOf(asked)),
    el("div.poll-options", { role: open ? (asked.several ? "group" : "radiogroup") : "list", "aria-label": asked.question }, lines),
    asked.explanation ? el("p.poll-why", { dir: "auto" }, asked.explanation) : null,
    open && asked.several ? send : null,
    el("small.poll-total", {}, asked.total ? say("votes", { n: asked.total }) : say("no_votes"), retract(asked, vote)),
  );
}

function kindOf(asked) {
  if (asked.closed) return say("poll_closed");
  if (asked.quiz) return say("quiz");
  return say(asked.anonymous ? "poll_anonymous" : "poll_public");
}

function choice(one, place, asked, choose) {
  const line = el(
    "button.poll-choice",
    { type: "button", role: asked.several ? "checkbox" : "radio", "aria-checked": "false", "data-option": place },
    el("span.poll-mark", { "aria-hidden": "true" }),
    el("span", { dir: "auto" }, one.text),
  );
  line.addEventListener("click", () => choose(place, line));
  return line;
}

function result(one, asked) {
  const known = one.count !== undefined;
  const share = known && asked.total ? Math.round((100 * one.count) / asked.total) : 0;
  const state = one.correct ? ".right" : one.mine && asked.quiz ? ".wrong" : "";
  const made = el(
    `div.poll-result${one.mine ? ".mine" : ""}${state}`,
    { role: "listitem" },
    el("span.poll-share", {}, known ? `${number(share)}%` : ""),
    el("span", { dir: "auto" }, one.text, one.mine || one.correct ? icon("check") : null),
    el("span.poll-bar", { "aria-hidden": "true" }),
  );
  made.style.setProperty("--share", `${share}%`);
  return made;
}

function retract(asked, vote) {
  if (!asked.retractable) return null;
  return el("button.plain.poll-retract", { type: "button", onclick: () => vote([]) }, say("retract"));
}

function blocks(list, message) {
  return list.map((one) => block(one, message));
}

function block(one, message) {
  switch (one.type) {
    case "heading":
      return el(`h${Math.min(one.size + 2, 6)}`, { "data-size": one.size }, words(one.text, message));
    case "pre":
      return el("pre", {}, words(one.text, message));
    case "divider":
      return el("hr");
    case "footer":
      return el("p.rich-footer", {}, words(one.text, message));
    case "list":
      return el("ul", {}, one.items.map((item) => el("li", { "data-label": item.label }, blocks(item.blocks, message))));
    case "table":
      return table(one, message);
    case "details":
      return el("details", { open: Boolean(one.is_open) }, el("summary", {}, words(one.summary, message)), blocks(one.blocks, message));
    case "blockquote":
      return el("blockquote", {}, blocks(one.blocks, message));
    case "expandable_blockquote":
      return folded(el("blockquote", {}, words(one.text, message)));
    case "pullquote":
      return el("blockquote", {}, words(one.text, message));
    case "buttons":
      return el("div.row", {}, one.buttons.map((button) => inside(button, message)));
    case "anchor":
      return null;
    default:
      return el("p", {}, words(one.text ?? "", message));
  }
}

function table(one, message) {
  const rows = one.cells.map((row) => el("tr", {}, row.map((cell) => tableCell(cell, message))));
  const caption = one.caption ? el("caption", {}, words(one.caption, message)) : null;
  return el("div.rich-table", {}, el("table", {}, caption, el("tbody", {}, rows)));
}

function tableCell(cell, message) {
  const spans = { colspan: cell.colspan, rowspan: cell.rowspan, "data-align": cell.align };
  return el(cell.is_header ? "th" : "td", spans, words(cell.text ?? "", message));
}

function inside(button, message) {
  const made = el("button.key", { type: "button", disabled: Boolean(button.disabled) }, words(button.text, message));
  made.addEventListener("click", () => {
    if (button.url) does.link(button.url);
    else if (button.copy_text) does.copy(button.copy_text.text);
    else if (button.callback_data) press(message, { data: button.callback_data });
  });
  return made;
}

/** A RichText: a string, a list of them, or an object around one. */
function words(text, message) {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.map((one) => words(one, message)).flat();
  if (text.type === "button") return inside(text.button, message);
  if (text.type === "url") {
    const made = link(text.url, does);
    made.append(...[words(text.text, message)].flat());
    return made;
  }
  if (text.type === "date_time") return entityTime(text.unix_time, text.date_time_format, now()) ?? words(text.text, message);
  if (text.type === "custom_emoji") return text.alternative_text;
  return el(STYLES[text.type] ?? "span", {}, words(text.text ?? "", message));
}

function thing(body) {
  if (body.dice) return el("div.dice", {}, el("span.dice-emoji", {}, body.dice.emoji), el("strong", {}, number(body.dice.value)));
  if (body.contact) {
    const { first_name: first, last_name: last, phone_number: phone } = body.contact;
    return card("people", [first, last].filter(Boolean).join(" "), phone);
  }
  const { latitude, longitude } = body.location;
  const point = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return body.venue ? card("globe", body.venue.title, body.venue.address) : card("globe", say("location"), point);
}

function card(sign, title, note) {
  return el("div.file", {}, icon(sign), el("span", {}, el("strong", {}, title), el("small", {}, note)));
}
