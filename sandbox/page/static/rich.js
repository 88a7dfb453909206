// A text with its entities as elements. Offsets count UTF-16 units, as JavaScript's strings do.

import { el } from "./dom.js";
import { now } from "./state.js";
import { entityTime, fullTime, say } from "./words.js";

const STYLES = { bold: "b", italic: "i", underline: "u", strikethrough: "s" };
const BLOCKS = { blockquote: "blockquote", expandable_blockquote: "blockquote", pre: "pre" };

/** What never begins a line. After a button a browser may break the line nevertheless. */
const CLOSING = /^[.,:;!?)。，、：；！？）”]*/;

/** `does` says what taps do: `link(url)`, `command(text)`, `copy(text)`. */
export function rich(text, entities = [], does) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const out = document.createDocumentFragment();
  fill(out, text, sorted, 0, text.length, does);
  return out;
}

function fill(parent, text, entities, start, end, does) {
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const one = entities[index];
    const stop = Math.min(one.offset + one.length, end);
    if (one.offset < at) {
      index += 1;
      continue;
    }
    parent.append(text.slice(at, one.offset));
    const inner = [];
    let following = index + 1;
    while (following < entities.length && entities[following].offset < stop) {
      inner.push(entities[following]);
      following += 1;
    }
    const made = element(one, text.slice(one.offset, stop), does);
    if (!made.dataset.whole) fill(made, text, inner, one.offset, stop, does);
    const mark = one.type === "bot_command" ? CLOSING.exec(text.slice(stop, end))[0] : "";
    if (mark) parent.append(el("span.unbroken", {}, made, mark));
    else parent.append(one.type === "expandable_blockquote" ? folded(made) : made);
    at = BLOCKS[one.type] && text[stop] === "\n" ? stop + 1 : stop + mark.length; // a block ends its line already
    index = following;
  }
  parent.append(text.slice(at, end));
}

function element(entity, covered, does) {
  const { type } = entity;
  if (STYLES[type]) return el(STYLES[type]);
  if (BLOCKS[type]) return el(BLOCKS[type]);
  switch (type) {
    case "code":
      return el("button.code", { type: "button", onclick: () => does.copy(covered), "data-copy": covered });
    case "spoiler":
      return spoiler();
    case "text_link":
      return link(entity.url, does);
    case "url":
      return link(/^https?:\/\//i.test(covered) ? covered : `https://${covered}`, does);
    case "bot_command":
      return el("button.command", { type: "button", onclick: () => does.command(covered) });
    case "date_time":
      return moment(entity, covered);
    case "mention":
    case "hashtag":
    case "cashtag":
    case "text_mention":
      return el("span.mention");
    default:
      return el("span");
  }
}

/** A link to Telegram is followed on this page. Others open a tab, and only by http or https. */
export function link(url, does) {
  if (isTelegram(url)) {
    return el("a", {
      href: url,
      onclick: (event) => {
        event.preventDefault();
        does.link(url);
      },
    });
  }
  if (!/^https?:\/\//i.test(url)) return el("span.mention");
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" });
}

export function isTelegram(url) {
  return /^(https?:\/\/)?t(elegram)?\.me\//i.test(url);
}

function spoiler() {
  const made = el("button.spoiler", { type: "button", "aria-label": say("spoiler") });
  made.addEventListener("click", () => {
    made.classList.add("shown");
    made.removeAttribute("aria-label");
  });
  return made;
}

/** A quote that shows its first lines until somebody opens it, as Telegram does. */
export function folded(quote) {
  const toggle = el("button.unfold", { type: "button", "aria-label": say("unfold"), "aria-expanded": false });
  toggle.addEventListener("click", () => {
    const open = quote.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
    toggle.setAttribute("aria-label", say(open ? "fold" : "unfold"));
  });
  quote.classList.add("folded");
  quote.append(toggle);
  return quote;
}

function moment(entity, covered) {
  const at = entity.unix_time;
  const form = entity.date_time_format ?? "";
  const made = el("time", {
    datetime: new Date(at * 1000).toISOString(),
    title: fullTime(at),
    "data-whole": "yes",
    "data-at": at,
    "data-form": form,
  });
  made.textContent = entityTime(at, form, now()) ?? covered;
  return made;
}

/** Updates relative times. Call it now and then, and after a jump of the clock. */
export function refreshTimes(root) {
  for (const one of root.querySelectorAll("time[data-form]")) {
    if (/r/i.test(one.dataset.form)) one.textContent = entityTime(Number(one.dataset.at), one.dataset.form, now());
  }
}
