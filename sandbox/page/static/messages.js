// The messages of the open chat: which ones are drawn, how they are grouped, and the scroll position.

import { bubble, serviceLine } from "./bubble.js";
import { el, flash, icon } from "./dom.js";
import { act, getHistory } from "./net.js";
import { refreshTimes } from "./rich.js";
import { app, isInside, messagesOf, now, takeMessages } from "./state.js";
import { here, shownMessages, unreadHere } from "./topics.js";
import { day, dayKey, fullTime, number, say } from "./words.js";

const FIRST = 60;
const MORE = 60;
const MOST = 240;
const GAP = 5 * 60;
const NEAR = 90;
const JUST_NOW = 10;

let log = null;
let chip = null;
let shown = FIRST;
let stuck = true;
let unseen = 0;
let firstUnread = null;
let readTimer = 0;
let opening = false;
const made = new Map();
const albums = new Map();

/** The message list of a chat that is opened now. */
export function messageList(chat) {
  made.clear();
  albums.clear();
  shown = FIRST;
  stuck = true;
  unseen = 0;
  firstUnread = unreadFrom(chat);
  log = el("div.log", { role: "log", "aria-live": "polite", "aria-label": chat.title, tabindex: 0, "data-log": chat.key });
  log.addEventListener("scroll", onScroll, { passive: true });
  log.addEventListener("keydown", onKey);
  log.addEventListener("load", keepBottom, { capture: true });
  chip = el("button.to-bottom", { type: "button", hidden: true, "aria-label": say("to_bottom") });
  chip.addEventListener("click", () => toBottom({ smooth: true }));
  opening = true;
  draw();
  opening = false;
  requestAnimationFrame(() => {
    const mark = log.querySelector(".new-mark");
    if (mark && mark.offsetTop > 0) log.scrollTop = mark.offsetTop - 120;
    else toBottom();
    onScroll();
  });
  return el("div.scroll", {}, log, chip);
}

function unreadFrom(chat) {
  const unread = unreadHere(chat);
  if (!unread) return null;
  const others = shownMessages(chat.key).filter((one) => !one.mine && !one.service);
  const first = others.at(-unread);
  // A message that came while the chat opened isn't marked as new.
  return first && now() - first.at > JUST_NOW ? first.key : null;
}

/** Draws what changed. Messages with a key in `flashing` were edited, and flash. */
export function drawMessages(flashing = []) {
  if (!log?.isConnected || log.dataset.log !== app.open) return;
  const before = [...log.querySelectorAll("[data-message]")].at(-1)?.dataset.message;
  draw();
  for (const key of flashing) {
    const one = made.get(key)?.element;
    if (one) flash(one);
  }
  const rows = shownMessages(app.open);
  const news = rows.slice(rows.findIndex((one) => one.key === before) + 1);
  if (stuck || news.some((one) => one.mine)) toBottom();
  else if (news.length) unseen += 1;
  drawChip();
  markRead();
}

export function forget(key) {
  made.delete(key);
}

export function forgetAll() {
  made.clear();
}

export function tickTimes() {
  if (log) refreshTimes(log);
}

function draw() {
  const chat = app.chats.get(app.open);
  const all = shownMessages(app.open);
  if (stuck && shown > MOST) shown = MOST;
  const list = lastRows(all, shown);
  const top = [];
  const days = [];
  let rows = top;
  if (all.length > list.length || app.earlier.get(app.open)) rows.push(earlierButton(chat));
  if (!all.length && isInside(chat)) rows.push(el("div.service.quiet", {}, el("span", {}, say("empty_chat"))));
  let previous = null;
  for (let index = 0; index < list.length; index += 1) {
    const message = list[index];
    if (!previous || dayKey(previous.at) !== dayKey(message.at)) {
      rows = [dayLine(message.at)];
      days.push({ key: dayKey(message.at), rows });
    }
    if (message.key === firstUnread) rows.push(el("div.new-mark", {}, el("span", {}, say("new_messages"))));
    if (message.service) {
      const run = [message];
      while (list[index + 1] && sameService(message, list[index + 1])) run.push(list[(index += 1)]);
      rows.push(serviceLine(run));
      previous = run.at(-1);
      continue;
    }
    if (message.album && list[index + 1]?.album === message.album) {
      const run = [message];
      while (list[index + 1]?.album === message.album) run.push(list[(index += 1)]);
      rows.push(albumRow(run, chat, !belongTogether(previous, message), !belongTogether(run.at(-1), list[index + 1])));
      previous = run.at(-1);
      continue;
    }
    const row = elementOf(message, chat);
    row.classList.toggle("first", !belongTogether(previous, message) || message.key === firstUnread);
    row.classList.toggle("last", !belongTogether(message, list[index + 1]));
    rows.push(row);
    previous = message;
  }
  keepFocus(() => {
    reconcile(log, [...top, ...days.map(daySection)]);
  });
  for (const key of made.keys()) if (!app.messages.get(app.open)?.has(key)) made.delete(key);
}

/** The last `most` messages of a chat. Service messages between them aren't counted. */
function lastRows(all, most) {
  let at = all.length;
  for (let left = most; at > 0 && left > 0; at -= 1) if (!all[at - 1].service) left -= 1;
  return all.slice(at);
}

function sameService(one, two) {
  const kinds = ["joined", "left"];
  return (
    two.service?.what === one.service.what &&
    kinds.includes(one.service.what) &&
    dayKey(one.at) === dayKey(two.at) &&
    two.key !== firstUnread
  );
}

function belongTogether(one, two) {
  return Boolean(
    one &&
      two &&
      !one.service &&
      !two.service &&
      one.from.id === two.from.id &&
      Boolean(one.whisper) === Boolean(two.whisper) &&
      Math.abs(two.at - one.at) < GAP &&
      dayKey(one.at) === dayKey(two.at),
  );
}

function elementOf(message, chat) {
  const known = made.get(message.key);
  if (known?.message === message) return known.element;
  const element = bubble(message, chat);
  if (known || opening) element.classList.add("known");
  made.set(message.key, { message, element });
  return element;
}

/** An album: its pictures stand side by side. */
function albumRow(run, chat, first, last) {
  const { album, mine } = run[0];
  if (!albums.has(album)) albums.set(album, el(`div.album${mine ? ".out" : ""}`, { role: "group" }));
  const row = albums.get(album);
  const elements = run.map((one) => elementOf(one, chat));
  elements.forEach((one, place) => {
    one.classList.toggle("first", first && place === 0);
    one.classList.toggle("last", last && place === elements.length - 1);
  });
  reconcile(row, elements);
  return row;
}

/** A day's messages under its date, which stays on top while they are on the screen. */
function daySection({ key, rows }) {
  const known = [...log.children].find((one) => one.dataset.day === key);
  const section = known ?? el("section.day-section", { "data-day": key });
  reconcile(section, rows);
  return section;
}

/** Puts the rows in place, and moves as few as possible. */
function reconcile(parent, rows) {
  const wanted = new Set(rows);
  for (const old of [...parent.children]) if (!wanted.has(old)) old.remove();
  rows.forEach((row, index) => {
    if (parent.children[index] !== row) parent.insertBefore(row, parent.children[index] ?? null);
  });
}

/** Makes a change, and then focuses again what had the focus, even if it was drawn again. */
function keepFocus(change) {
  const focused = document.activeElement;
  const inside = log.contains(focused) && focused.closest("[data-message]");
  const where = inside && { key: inside.dataset.message, button: focused.dataset.button };
  change();
  if (!where || log.contains(document.activeElement)) return;
  const again = [...log.querySelectorAll("[data-message]")].find((one) => one.dataset.message === where.key);
  const button = where.button && again?.querySelector(`[data-button="${where.button}"]`);
  (button && !button.disabled ? button : again)?.focus({ preventScroll: true });
}

function dayLine(at) {
  return el("div.day", { title: fullTime(at) }, el("span", {}, day(at, now())));
}

function earlierButton(chat) {
  const more = el("button.earlier", { type: "button", "data-action": "earlier" }, say("earlier"));
  more.addEventListener("click", async () => {
    if (shownMessages(chat.key).length <= shown && app.earlier.get(chat.key)) {
      const found = await getHistory(chat.key, messagesOf(chat.key)[0]?.seq);
      takeMessages(found.messages);
      app.earlier.set(chat.key, found.earlier);
    }
    if (app.open !== chat.key) return;
    const from = log.scrollHeight - log.scrollTop;
    shown += MORE;
    stuck = false;
    draw();
    log.scrollTop = log.scrollHeight - from;
  });
  return more;
}

export function toBottom({ smooth = false } = {}) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  log.scrollTo({ top: log.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
  stuck = true;
  unseen = 0;
  drawChip();
}

/** Scrolls down again after a picture was loaded, because it makes the chat longer. */
function keepBottom() {
  if (stuck) toBottom();
}

function onScroll() {
  stuck = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  if (stuck) {
    unseen = 0;
    markRead();
  }
  drawChip();
}

function drawChip() {
  chip.hidden = stuck;
  chip.replaceChildren(icon("down"), unseen ? el("span.badge", {}, number(unseen)) : "");
}

/** Tells the stand-in that the open chat was read: after a moment, and only if the page is visible. */
export function markRead() {
  const chat = app.chats.get(app.open);
  const list = document.querySelector(".stage").dataset.view === "list" && matchMedia("(max-width: 760px)").matches;
  if (!chat || !unreadHere(chat) || !stuck || document.hidden || list || readTimer) return;
  readTimer = setTimeout(() => {
    readTimer = 0;
    act("read", here());
  }, 350);
}

function onKey(event) {
  const rows = [...log.querySelectorAll("article.message")];
  const at = rows.indexOf(document.activeElement);
  if (event.target !== log && at < 0) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const next = at < 0 ? rows.length - 1 : at + (event.key === "ArrowUp" ? -1 : 1);
    if (rows[next]) {
      event.preventDefault();
      rows[next].focus();
      rows[next].scrollIntoView({ block: "nearest" });
    }
  } else if (at >= 0 && (event.key === "Enter" || event.key === "ContextMenu")) {
    event.preventDefault();
    rows[at].querySelector(".message-more")?.click();
  }
}
