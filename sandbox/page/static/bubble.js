// One message as an element.

import { content } from "./contents.js";
import { crowdCall } from "./crowd.js";
import { el, face, hue, icon, script } from "./dom.js";
import { carriedLink } from "./links.js";
import { fileUrl } from "./net.js";
import { rich } from "./rich.js";
import { coloured, does, isBusy, messageMenu, openSender, press, scanMenu, switchInline } from "./taps.js";
import { fullTime, names, number, say, someNames, time } from "./words.js";

const MOST_NAMED = 3;

/** The text of service messages. Several of one kind in a row make one line. */
export function serviceText(messages) {
  const { what } = messages[0].service;
  const who = [...new Set(messages.flatMap((one) => one.service.who))];
  const many = who.length > MOST_NAMED && (what === "joined" || what === "left");
  if (!many) return say(what, { who: names(who) });
  const others = who.length - MOST_NAMED;
  return say(`${what}_many`, { who: someNames(who.slice(0, MOST_NAMED)), n: others, all: who.length });
}

export function serviceLine(messages) {
  const last = messages.at(-1);
  return el("div.service", { "data-message": last.key, "data-kind": "service" }, el("span", {}, serviceText(messages)));
}

export function bubble(message, chat) {
  const side = message.mine ? "out" : "in";
  const made = el(
    `article.message.${side}${message.whisper ? ".whisper" : ""}`,
    {
      "data-message": message.key,
      "data-kind": "message",
      "data-whisper": message.whisper ? "true" : null,
      "data-from": message.from.id,
      tabindex: -1,
      "aria-label": label(message),
    },
  );
  const group = chat.kind !== "private";
  if (group && !message.mine) {
    const look = face(message.from.id, message.from.name);
    made.append(message.from.bot ? faceButton(look, message) : look);
  }
  made.append(el("div.stack", {}, body(message, group), keyboard(message), crowdCall(message, chat)));
  made.append(el("div.message-tools", {}, heartButton(message), menuButton(message, chat)));
  if (!message.whisper) {
    made.querySelector(".bubble").addEventListener("dblclick", (event) => {
      if (!event.target.closest("a, button")) does.heart(message);
    });
  }
  made.addEventListener("contextmenu", (event) => {
    if (getSelection()?.toString() || event.target.closest("a")) return;
    event.preventDefault();
    messageMenu({ x: event.clientX, y: event.clientY }, message, chat);
  });
  return made;
}

function label(message) {
  const parts = [message.mine ? say("you") : message.from.name];
  if (message.whisper) parts.push(say("only_you"));
  parts.push(time(message.at));
  return parts.join(", ");
}

function faceButton(look, message) {
  return el(
    "button.plain.face-button",
    { type: "button", tabindex: -1, "aria-label": message.from.name, onclick: () => openSender(message.from) },
    look,
  );
}

/** Sets a heart, or takes it back, as a double tap does in Telegram's apps. */
function heartButton(message) {
  if (message.whisper) return null;
  const made = el("button.plain.message-heart", { type: "button", tabindex: -1, "aria-label": say("heart"), title: say("heart") });
  made.append(icon("heart"));
  made.addEventListener("click", () => does.heart(message));
  return made;
}

function menuButton(message, chat) {
  const made = el("button.plain.message-more", { type: "button", tabindex: -1, "aria-label": say("message_menu") });
  made.append(icon("down"));
  made.addEventListener("click", () => messageMenu(made, message, chat));
  return made;
}

function body(message, group) {
  const made = el("div.bubble");
  if (message.whisper) made.append(el("div.only-you", {}, icon("eye"), say("only_you")));
  if (group && !message.mine) {
    made.append(el("div.who", { "data-hue": hue(message.from.id) }, message.from.name, message.via ? via(message) : null));
  } else if (message.via) made.append(el("div.who.always", {}, via(message)));
  if (message.forwarded) made.append(el("div.forwarded", {}, say("forwarded", { who: message.forwarded })));
  if (message.reply) made.append(quote(message.reply));
  if (message.file) made.append(attachment(message));
  made.append(...content(message));
  const text = el("div.text", { dir: "auto", lang: script(message.text ?? "") });
  if (message.text) text.append(rich(message.text, message.entities, does));
  text.append(meta(message));
  made.append(text);
  if (message.reactions) made.append(reactions(message));
  return made;
}

/** The bot whose inline mode a message came from. A tap starts a new query. */
function via(message) {
  const type = () => does.type(`@${message.via} `);
  return el("button.plain.via", { type: "button", onclick: type, "data-via": message.via }, say("via", { bot: message.via }));
}

function meta(message) {
  const hangs = message.keyboard && !message.mine;
  return el(
    "span.meta",
    {},
    message.edited && !hangs ? el("span", {}, say("edited")) : null,
    el("time", { datetime: new Date(message.at * 1000).toISOString(), title: fullTime(message.at) }, time(message.at)),
    message.mine ? icon("check") : null,
  );
}

function quote(reply) {
  return el(
    "button.plain.quote",
    { type: "button", onclick: () => does.show(reply.key) },
    el("strong", {}, reply.name),
    el("span", {}, reply.text),
  );
}

function attachment(message) {
  const { file } = message;
  const url = fileUrl(file.number);
  if (file.kind === "video") {
    return el("a.film", { href: url, download: file.name, "aria-label": say("video") }, icon("play"), el("small", {}, say("video")));
  }
  if (file.kind !== "photo") {
    return el(
      "a.file",
      { href: url, download: file.name },
      icon("file"),
      el("span", {}, el("strong", {}, file.name), el("small", {}, `${number(Math.ceil(file.size / 1024))} KB`)),
    );
  }
  const picture = el("img.photo", { src: url, alt: say("photo"), loading: "lazy", decoding: "async" });
  const link = carriedLink(message);
  if (!link) return el("a.photo-link", { href: url, target: "_blank", rel: "noopener" }, picture);
  const scan = el(
    "button.scan",
    { type: "button", "data-action": "scan", "aria-haspopup": "menu" },
    icon("qr"),
    say("scan"),
  );
  scan.addEventListener("click", () => scanMenu(scan, link));
  return el("div.scannable", {}, picture, scan);
}

function reactions(message) {
  return el(
    "div.reactions",
    {},
    message.reactions.map((one) =>
      el(
        `button.reaction${one.mine ? ".mine" : ""}`,
        {
          type: "button",
          "aria-pressed": one.mine,
          "aria-label": `${one.emoji} ${one.count}`,
          onclick: () => does.react(message, one.emoji),
        },
        `${coloured(one.emoji)} ${number(one.count)}`,
      ),
    ),
  );
}

function keyboard(message) {
  if (!message.keyboard) return null;
  return el(
    "div.keyboard",
    { role: "group" },
    message.keyboard.map((row, y) => el("div.row", {}, row.map((one, x) => button(message, one, `${y}.${x}`)))),
  );
}

function button(message, one, place) {
  const kind = one.url ? "link" : one.copy ? "copy" : one.switch ? "switch" : "press";
  const busy = isBusy(message, one);
  const made = el(
    `button.key${one.style ? `.${one.style}` : ""}${busy ? ".busy" : ""}`,
    {
      type: "button",
      "data-button": place,
      "data-does": kind,
      disabled: one.disabled,
      "aria-busy": busy || null,
      "aria-label": kind === "press" ? null : say(`${kind}_for`, { label: one.text }),
      title: one.url ?? null,
    },
    el("span", {}, one.text),
    kind === "press" ? null : icon(kind),
  );
  made.addEventListener("click", () => {
    if (one.url) does.link(one.url);
    else if (one.switch) switchInline(made, one.switch);
    else if (one.copy) does.copy(one.copy);
    else press(message, one);
  });
  return made;
}
