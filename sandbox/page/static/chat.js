// The open chat: its head, its messages, its foot.

import { composer, focusField } from "./composer.js";
import { drawCrowd } from "./crowd.js";
import { el, face, icon } from "./dom.js";
import { messageList, toBottom } from "./messages.js";
import { closeChat } from "./navigation.js";
import { attempt } from "./net.js";
import { menu } from "./overlay.js";
import { app, isInside } from "./state.js";
import { memberMenu, showMessage } from "./taps.js";
import { topicOf, topicTabs } from "./topics.js";
import { say } from "./words.js";

const pane = document.querySelector(".chat");
let drawn = null;

/** Draws the whole open chat again. */
export function drawChat({ focus = false } = {}) {
  const chat = app.chats.get(app.open);
  pane.dataset.empty = String(!chat);
  drawn = chat ? shape(chat) : null;
  if (!chat) {
    pane.replaceChildren(el("div.scroll", {}, app.chats.size ? el("p.pick", {}, say("pick_chat")) : ""));
    return;
  }
  pane.dataset.chat = chat.key;
  pane.dataset.kind = chat.kind;
  pane.setAttribute("aria-label", chat.title);
  const counter = el("div.crowd", { role: "status", hidden: true });
  const parts = [head(chat), topicTabs(chat, openTopic), pinnedBar(chat), addBotBar(chat), counter, messageList(chat), composer(chat)];
  pane.replaceChildren(...parts.filter(Boolean));
  drawCrowd(counter);
  if (focus) focusField();
}

/** If this text changes, the chat must be drawn again. */
function shape(chat) {
  const topics = chat.topics?.map((one) => [one.id, one.name, one.closed, one.writes]);
  return JSON.stringify([chat.key, chat.status, chat.opened, chat.title, chat.pinned, chat.bots, topics]);
}

/** Updates the open chat after news: draws all of it only if its shape changed. */
export function updateChat() {
  const chat = app.chats.get(app.open);
  if ((chat ? shape(chat) : null) !== drawn) {
    drawChat();
    return;
  }
  if (!chat) return;
  pane.querySelector(".head-words small").textContent = subtitle(chat);
  drawTabs(chat);
  const counter = pane.querySelector(".crowd");
  const tall = counter.offsetHeight;
  drawCrowd(counter);
  if (counter.offsetHeight !== tall && pane.querySelector(".to-bottom")?.hidden) toBottom();
}

/** Updates the tabs and their badges, without drawing the whole chat. */
function drawTabs(chat) {
  const before = pane.querySelector(".topics");
  if (!before || !chat.topics) return;
  const focused = before.contains(document.activeElement);
  before.replaceWith(topicTabs(chat, openTopic));
  if (focused) pane.querySelector(".topic[aria-selected=true]")?.focus();
}

function openTopic() {
  drawChat();
  pane.querySelector(".topic[aria-selected=true]")?.focus();
}

function subtitle(chat) {
  if (chat.with === "person") return roleOf(chat);
  if (chat.kind === "private") return say("bot");
  if (chat.kind === "channel") return say("subscribers", { n: chat.members });
  return say("members", { n: chat.members });
}

function roleOf(chat) {
  const role = app.people.find((one) => one.id === chat.face)?.role;
  return role ? say(`role_${role}`) : "";
}

function head(chat) {
  const back = el("button.plain.tool.back", { type: "button", "aria-label": say("back"), onclick: closeChat, "data-action": "back" });
  back.append(icon("back"));
  const more = el("button.plain.tool", { type: "button", "aria-label": say("more"), "aria-haspopup": "menu", "data-action": "more" });
  more.append(icon("more"));
  more.addEventListener("click", () => menu(more, choices(chat, more), { label: say("more") }));
  return el(
    "header.head",
    {},
    back,
    face(chat.face, chat.title),
    el("div.head-words", {}, el("h1", {}, chat.title), el("small", {}, subtitle(chat))),
    isInside(chat) && (chat.kind !== "private" || (chat.opened && chat.with === "bot")) ? more : null,
  );
}

/** The pinned message over the chat. A tap scrolls to it. */
function pinnedBar(chat) {
  if (!chat.pinned) return "";
  return el(
    "button.plain.pinned-bar",
    { type: "button", onclick: () => showMessage(chat.pinned.key) },
    el("strong", {}, say("pinned_message")),
    el("span", {}, chat.pinned.text),
  );
}

/** The group's creator can add the bot where it isn't yet: so the first set-up can be played. */
function addBotBar(chat) {
  if (chat.status !== "creator" || !chat.bots || chat.bots.includes(app.bot.id)) return "";
  return el(
    "button.plain.add-bot",
    { type: "button", "data-action": "add-bot", onclick: () => attempt("add_bot", { chat: chat.key }) },
    icon("plus"),
    el("span", {}, say("add_bot", { name: app.bot.name })),
  );
}

function choices(chat, anchor) {
  const name = chat.kind === "private" ? "block" : "leave";
  const owns = chat.status === "creator" ? ["hand_over", "remove"] : [];
  const own = owns.map((one) => ({ name: one, text: say(one), does: () => memberMenu(anchor, one, chat) }));
  const topic = chat.status === "creator" ? topicOf(chat) : null;
  if (topic) {
    const word = topic.closed ? "reopen_topic" : "close_topic";
    own.unshift({ name: word, text: say(word), does: () => attempt("close_topic", { chat: chat.key, topic: topic.id }) });
  }
  return [...own, { name, text: say(name), danger: true, disabled: chat.status === "creator", does: () => attempt(name, { chat: chat.key }) }];
}
