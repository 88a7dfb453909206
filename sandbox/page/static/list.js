// The chats of the person who is played.

import { serviceText } from "./bubble.js";
import { arrows, el, face, icon } from "./dom.js";
import { pasteLink } from "./links.js";
import { openChat } from "./navigation.js";
import { app, isInside, now } from "./state.js";
import { newChat } from "./taps.js";
import { number, say, shortly } from "./words.js";

const list = document.querySelector(".chat-list");
const none = document.querySelector(".no-chats");
const link = document.querySelector(".open-link");
const fresh = document.querySelector(".new-chat");

export function drawList() {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.chat : null;
  const chats = [...app.chats.values()].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
  list.replaceChildren(...chats.map((one) => el("li", {}, line(one))));
  none.hidden = chats.length > 0;
  none.replaceChildren(
    el("span.no-chats-sign", { "aria-hidden": "true" }, "💌"),
    el("strong", {}, say("no_chats")),
    el("p", {}, say("no_chats_hint")),
  );
  link.replaceChildren(icon("link"), el("span", {}, say("open_link")));
  fresh.replaceChildren(icon("pen"), el("span", {}, say("new_chat")));
  if (focused) list.querySelector(`[data-chat="${focused}"]`)?.focus();
}

function line(chat) {
  const open = chat.key === app.open;
  const gone = !isInside(chat);
  return el(
    `button.chat-line${gone ? ".gone" : ""}`,
    {
      type: "button",
      "data-chat": chat.key,
      "data-kind": chat.kind,
      "data-with": chat.with,
      "data-unread": chat.unread,
      "aria-current": open ? "true" : null,
      onclick: () => openChat(chat.key),
    },
    face(chat.face, chat.title, "big"),
    el(
      "span.chat-line-words",
      {},
      el("span.chat-line-top", {}, el("strong", {}, chat.title), chat.last && el("time", {}, shortly(chat.last.at, now()))),
      el("span.chat-line-low", {}, preview(chat), badge(chat)),
    ),
  );
}

function preview(chat) {
  if (!isInside(chat)) return el("span.preview", {}, say(chat.kind === "private" ? "you_blocked" : "you_left"));
  if (!chat.last) return el("span.preview", {}, chat.kind === "private" && !chat.opened ? say("start") : say("empty_chat"));
  const { last } = chat;
  if (last.service) return el("span.preview", {}, serviceText([last]));
  const named = last.mine || chat.kind !== "private";
  const text = (last.text || say(last.file?.kind === "photo" ? "photo" : "file")).replace(/\s+/g, " ");
  return el(
    "span.preview",
    {},
    last.whisper ? icon("eye") : null,
    named ? el("b", {}, `${last.mine ? say("you") : last.from.name}: `) : null,
    text,
  );
}

function badge(chat) {
  if (!chat.unread) return null;
  return el("span.badge", { "aria-label": say("unread", { n: chat.unread }) }, number(chat.unread));
}

list.addEventListener("keydown", (event) => arrows(event, [...list.querySelectorAll("button")]));
link.addEventListener("click", pasteLink);
fresh.addEventListener("click", () => newChat(fresh));
