// What taps do: they send acts to the stand-in, and show its answers.

import { changed } from "./changes.js";
import { answerTo, typeIn } from "./composer.js";
import { flash } from "./dom.js";
import { carriedLink, openLink } from "./links.js";
import { openChat } from "./navigation.js";
import { attempt } from "./net.js";
import { alertBox, copyText, menu, toast } from "./overlay.js";
import { app, isInside } from "./state.js";
import { here } from "./topics.js";
import { say } from "./words.js";

const HEART = "❤";
const EMOJI = [HEART, "👍", "🔥"];
const busy = new Set();

export const does = {
  copy: copyText,
  show: showMessage,
  link: openLink,
  command: (text) => attempt("say", { ...here(), text }),
  react: (message, emoji) => attempt("react", { message: message.key, emoji }),
  heart: (message) => does.react(message, HEART),
  type: typeIn,
};

/** Scrolls to a message of the open chat, as a tap on an answer to it or on the pinned bar does. */
export function showMessage(key) {
  const found = [...document.querySelectorAll("article.message")].find((one) => one.dataset.message === key);
  if (!found) return;
  found.scrollIntoView({ block: "center" });
  flash(found);
}

/** A reaction in colour. Telegram lists some emoji without the character that asks for the coloured form. */
export function coloured(emoji) {
  return /\p{Emoji_Presentation}/u.test(emoji) ? emoji : `${emoji}\ufe0f`;
}

/** Follows a button into inline mode: in this chat if `kinds` is null, else in a chat of these kinds that the person picks. */
export function switchInline(anchor, { bot, query, kinds }) {
  const text = `@${bot} ${query}`;
  if (kinds === null) {
    typeIn(text);
    return;
  }
  placeMenu(anchor, kinds, async (key) => {
    await openChat(key);
    typeIn(text);
  });
}

/** Lets the person pick a chat of these kinds, and calls `into` with its key. */
function placeMenu(anchor, kinds, into) {
  const groups = [...app.chats.values()].filter((one) => isInside(one) && one.kind !== "channel" && one.kind !== "private");
  const bots = [...app.chats.values()].filter((one) => one.with === "bot" && one.opened && isInside(one));
  const lines = [
    ...(kinds.includes("user") ? people(into) : []),
    ...(kinds.includes("group") ? groups : []).map((one) => line(one, into)),
    ...(kinds.includes("bot") ? bots : []).map((one) => line(one, into)),
  ];
  menu(anchor, lines, { label: say("send_to"), title: say("send_to") });
}

function forwardMenu(anchor, message) {
  placeMenu(anchor, ["user", "group", "bot"], async (key) => {
    const done = await attempt("forward", { message: message.key, chat: key });
    if (done) await openChat(done.chat);
  });
}

function line(chat, into) {
  return { name: `chat-${chat.key}`, text: chat.title, face: chat.face, does: () => into(chat.key) };
}

/** Menu items of all other people of the cast. */
function others(name, does) {
  return app.people
    .filter((one) => one.id !== app.me)
    .map((one) => ({ name: `${name}-${one.id}`, text: one.name, note: say(`role_${one.role}`), face: one.id, does: () => does(one) }));
}

/** Menu items of other people, to open the private chat with one. */
function people(into) {
  return others("talk", async (one) => {
    const done = await attempt("talk", { person: one.id });
    if (done) await into(done.chat);
  });
}

/** Lets an owner pick whom to `hand_over` the group to, or to `remove`. */
export function memberMenu(anchor, name, chat) {
  const lines = others(name, (one) => attempt(name, { chat: chat.key, person: one.id }));
  menu(anchor, lines, { label: say(name), title: say(`${name}_whom`) });
}

export function newChat(anchor) {
  menu(anchor, people(openChat), { label: say("new_chat"), title: say("new_chat_hint") });
}

export function isBusy(message, button) {
  return busy.has(`${message.key} ${button.data}`);
}

/** Taps a callback button. It spins until the bot answers. */
export async function press(message, button) {
  const mark = `${message.key} ${button.data}`;
  if (busy.has(mark)) return;
  const person = app.me;
  busy.add(mark);
  changed("message", message.key);
  const done = await attempt("press", { message: message.key, data: button.data });
  busy.delete(mark);
  changed("message", message.key);
  if (!done || app.me !== person) return;
  if (done.answer === null) toast(say("no_answer"));
  else if (done.answer.url) await openLink(done.answer.url);
  else if (done.answer.text) (done.answer.alert ? alertBox : toast)(done.answer.text);
}

/** Lets somebody else's phone scan the QR code on this screen. */
export function scanMenu(anchor, url) {
  menu(
    anchor,
    app.people.map((one) => ({
      name: `scan-${one.id}`,
      icon: "qr",
      text: say("scan_as", { name: one.name }),
      does: () => openLink(url, one.id),
    })),
    { label: say("scan") },
  );
}

export function openSender(sender) {
  if (sender.bot) openChat(`p${sender.id}`);
}

export function messageMenu(anchor, message, chat) {
  const link = carriedLink(message);
  const items = [];
  if (isInside(chat) && !message.whisper && chat.kind !== "channel") {
    items.push({ name: "reply", icon: "back", text: say("reply"), does: () => answerTo(message) });
  }
  if (!message.whisper) {
    items.push({ name: "forward", icon: "send", text: say("forward"), does: () => forwardMenu(anchor, message) });
  }
  if (message.text) items.push({ name: "copy", icon: "copy", text: say("copy"), does: () => copyText(message.text) });
  if (link) {
    for (const one of app.people.filter((person) => person.id !== app.me)) {
      const text = say("open_as", { name: one.name });
      items.push({ name: `open-${one.id}`, icon: "link", text, does: () => openLink(link, one.id) });
    }
  }
  if (!message.whisper) {
    for (const emoji of EMOJI) {
      items.push({ name: `react-${emoji}`, text: coloured(emoji), inRow: true, does: () => does.react(message, emoji) });
    }
  }
  if (items.length) menu(anchor, items, { label: say("message_menu") });
}
