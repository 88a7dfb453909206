// A forum's topics: the tabs under the chat's head, and which of them is open.

import { arrows, el, icon } from "./dom.js";
import { app, messagesOf } from "./state.js";
import { number, say } from "./words.js";

const chosen = new Map();

/** The topic that is open in a chat; null in chats that have none. */
export function topicOf(chat) {
  if (!chat?.topics) return null;
  const wanted = chosen.get(`${app.me} ${chat.key}`);
  return chat.topics.find((one) => one.id === wanted) ?? chat.topics[0] ?? null;
}

/** The open chat, and its open topic, as an act names them. */
export function here() {
  const topic = topicOf(app.chats.get(app.open));
  return topic ? { chat: app.open, topic: topic.id } : { chat: app.open };
}

/** A chat's messages in the topic that is open. */
export function shownMessages(key) {
  const topic = topicOf(app.chats.get(key));
  return topic ? messagesOf(key).filter((one) => one.topic === topic.id) : messagesOf(key);
}

/** How many messages are unread in the open topic, or in the chat. */
export function unreadHere(chat) {
  return topicOf(chat)?.unread ?? chat.unread;
}

export function topicName(topic) {
  return topic.general ? say("general") : topic.name;
}

/** The tabs. `opens` is called after the person chose another one. */
export function topicTabs(chat, opens) {
  if (!chat.topics) return null;
  const open = topicOf(chat);
  const tabs = el("div.topics", { role: "tablist", "aria-label": say("topics"), "data-topics": chat.key });
  tabs.append(...chat.topics.map((one) => tab(chat, one, one === open, opens)));
  tabs.addEventListener("keydown", (event) => arrows(event, [...tabs.children], { across: true }));
  requestAnimationFrame(() => tabs.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "center" }));
  return tabs;
}

function tab(chat, topic, open, opens) {
  const does = () => {
    chosen.set(`${app.me} ${chat.key}`, topic.id);
    opens();
  };
  return el(
    "button.topic",
    {
      type: "button",
      role: "tab",
      "aria-selected": String(open),
      tabindex: open ? 0 : -1,
      "data-topic": topic.id,
      "data-closed": topic.closed ? "true" : null,
      onclick: does,
    },
    topic.closed ? icon("lock") : null,
    el("span", {}, topicName(topic)),
    topic.unread ? el("span.badge", { "aria-label": say("unread", { n: topic.unread }) }, number(topic.unread)) : null,
  );
}
