// The field in which a person writes. If they can't write: the button that they have instead.

import { el, face, icon } from "./dom.js";
import { openLink } from "./links.js";
import { act, attempt, getCommands } from "./net.js";
import { refused, toast } from "./overlay.js";
import { app, isInside } from "./state.js";
import { here, topicOf } from "./topics.js";
import { say } from "./words.js";

const MOST_BYTES = 500 * 1024;
const TYPING_MS = 250;
const drafts = new Map();
let field = null;
let form = null;
let answering = null;
let listed = [];
let chosen = 0;
let asked = 0;

/** The foot of a chat: the field, or the button instead. */
export function composer(chat) {
  answering = null;
  field = null;
  if (chat.kind === "private" && chat.status === "kicked") return foot(say("you_blocked"), "unblock", "block", chat);
  if (chat.kind === "private" && !chat.opened) return foot(say("start_hint"), "start", "start", chat);
  if (!isInside(chat)) return foot(say("you_left"), chat.status === "left" ? "return" : null, "back", chat);
  if (chat.kind === "channel") return foot(say("channel_only"), null, null, chat);
  if (topicOf(chat)?.writes === false) return foot(say("topic_shut"), null, null, chat);
  return writing(chat);
}

function foot(words, label, what, chat) {
  const does = async () => {
    await attempt(what, { chat: chat.key });
  };
  return el(
    "div.foot.instead",
    {},
    el("p", {}, words),
    label ? el("button.primary", { type: "button", "data-action": label, onclick: does }, say(label)) : null,
  );
}

function writing(chat) {
  field = el("textarea", {
    rows: 1,
    placeholder: say("write"),
    "aria-label": say("write"),
    maxlength: 16000,
    enterkeyhint: "send",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-controls": "slash",
    "data-input": "message",
  });
  field.value = drafts.get(draftKey()) ?? "";
  field.addEventListener("input", onInput);
  field.addEventListener("keydown", onKey);
  const picker = el("input", { type: "file", hidden: true, tabindex: -1 });
  picker.addEventListener("change", () => sendFile(picker));
  form = el(
    "form.foot.writing",
    {},
    el("div.slash", { id: "slash", role: "listbox", hidden: true, "aria-label": say("commands") }),
    el("div.answering", { hidden: true }),
    tool("clip", "attach", () => picker.click()),
    picker,
    el("div.field", {}, field, tool("slash", "commands", toggleCommands)),
    el("button.send", { type: "submit", "aria-label": say("send"), "data-action": "send" }, icon("send")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  requestAnimationFrame(grow);
  return form;
}

function tool(name, words, does) {
  const made = el("button.plain.tool", { type: "button", "aria-label": say(words), title: say(words), "data-action": words });
  made.append(icon(name));
  made.addEventListener("click", does);
  return made;
}

function draftKey() {
  return `${app.me} ${app.open} ${here().topic ?? ""}`;
}

export function focusField() {
  field?.focus({ preventScroll: true });
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 168)}px`;
  form.dataset.empty = String(!field.value.trim());
}

function onInput() {
  drafts.set(draftKey(), field.value);
  grow();
  const typed = /^@(\w*)(?:\s([^]*))?$/.exec(field.value);
  const named = typed && app.bot?.inline && app.bot.username.toLowerCase();
  if (/^\/\w*$/.test(field.value)) showCommands();
  else if (named && typed[2] === undefined && named.startsWith(typed[1].toLowerCase())) showBot();
  else if (named && typed[2] !== undefined && named === typed[1].toLowerCase()) showResults(typed[2].trim());
  else hideList();
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (!listHidden() && listKey(event)) {
    event.preventDefault();
    event.stopPropagation();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === "Escape" && answering) {
    event.stopPropagation();
    answerTo(null);
  }
}

async function send() {
  const text = field.value;
  if (!text.trim()) return;
  const reply = answering?.key;
  clear();
  const done = await attempt("say", { ...here(), text, reply });
  if (!done && field && !field.value) {
    field.value = text;
    onInput();
  }
}

function clear() {
  field.value = "";
  drafts.delete(draftKey());
  hideList();
  answerTo(null);
  grow();
}

async function sendFile(picker) {
  const file = picker.files[0];
  picker.value = "";
  if (!file) return;
  if (file.size > MOST_BYTES) {
    refused("too_big");
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (const one of bytes) binary += String.fromCharCode(one);
  const content = { name: file.name, mime: file.type || "application/octet-stream", content: btoa(binary) };
  const body = { ...here(), text: field.value, reply: answering?.key, file: content };
  clear();
  await attempt("say", body);
}

/** Sets the message that the next one answers; null for none. */
export function answerTo(message) {
  answering = message;
  const place = form?.querySelector(".answering");
  if (!place) return;
  place.hidden = !message;
  if (!message) return;
  const close = el("button.plain.tool", { type: "button", "aria-label": say("cancel"), onclick: () => answerTo(null) });
  close.append(icon("close"));
  place.replaceChildren(el("div", {}, el("strong", {}, message.from.name), el("span", {}, message.text ?? say("file"))), close);
  focusField();
}

/** Puts a text into the field as if the person had typed it, so that its list opens. */
export function typeIn(text) {
  if (!field) return;
  field.value = text;
  field.setSelectionRange(text.length, text.length);
  focusField();
  onInput();
}

function place() {
  return form.querySelector(".slash");
}

function listHidden() {
  return place().hidden;
}

function hideList() {
  asked += 1;
  place().hidden = true;
  place().replaceChildren();
  field.removeAttribute("aria-activedescendant");
}

async function toggleCommands() {
  if (!listHidden()) {
    hideList();
    return;
  }
  focusField();
  await showCommands();
}

/** Lists the commands that bots declared for this person in this chat. */
async function showCommands() {
  const chat = app.open;
  asked += 1;
  const mine = asked;
  const found = await getCommands(chat);
  if (mine !== asked || app.open !== chat || !field) return;
  const begun = field.value.startsWith("/") ? field.value.slice(1).toLowerCase() : "";
  const fitting = found.filter((one) => one.command.startsWith(begun));
  if (!fitting.length && begun) {
    hideList();
    return;
  }
  listed = fitting.map(commandLine);
  chosen = Math.max(0, fitting.findIndex((one) => one.command === begun));
  drawList("commands", "no_commands");
}

function commandLine(one) {
  return {
    look: ["div.command-row", { "data-command": one.command }],
    words: [el("b", {}, `/${one.command}`), el("span", {}, one.description), one.is_ephemeral ? icon("eye") : null],
    complete: `/${one.command} `,
    pick() {
      field.value = `/${one.command}`;
      send();
    },
  };
}

/** Lists the bot whose name is being typed. */
function showBot() {
  asked += 1;
  const name = `@${app.bot.username}`;
  listed = [
    {
      look: ["div.command-row", { "data-inline-bot": app.bot.username }],
      words: [el("b", {}, name), el("span", {}, app.bot.name)],
      complete: `${name} `,
      pick: () => typeIn(`${name} `),
    },
  ];
  chosen = 0;
  drawList("inline_results", "no_results");
}

/** Lists the bot's results for the query after its name, a moment after the last key. */
async function showResults(query, offset = "") {
  const chat = app.open;
  asked += 1;
  const mine = asked;
  const before = offset ? listed.slice(0, -1) : [];
  await new Promise((done) => setTimeout(done, offset ? 0 : TYPING_MS));
  if (mine !== asked || app.open !== chat) return;
  const found = await act("inline", { chat, bot: app.bot.username, query, offset });
  if (mine !== asked || app.open !== chat || !field) return;
  if (found.error || !found.results) {
    hideList();
    if (found.error) refused(found.error);
    else toast(say("no_answer"));
    return;
  }
  listed = [...before, ...resultLines(found, offset)];
  if (found.next) listed.push(moreLine(query, found.next));
  chosen = Math.min(before.length, Math.max(0, listed.length - 1));
  drawList("inline_results", "no_results");
}

function resultLines(found, offset) {
  const lines = found.results.map((one) => ({
    look: ["div.command-row.result-row", { "data-result": one.id }],
    words: [face(one.title.length, one.title || "·"), el("b", {}, one.title), el("span", {}, one.description)],
    pick() {
      clear();
      attempt("choose", { query: found.query, result: one.id });
    },
  }));
  if (!found.button || offset) return lines;
  const { text, start } = found.button;
  const opens = {
    look: ["div.command-row.result-button", { "data-result-button": start }],
    words: [el("b", {}, text)],
    pick() {
      clear();
      openLink(`https://t.me/${app.bot.username}?start=${start}`);
    },
  };
  return [opens, ...lines];
}

function moreLine(query, next) {
  return {
    look: ["div.command-row.result-button", { "data-action": "more-results" }],
    words: [el("b", {}, say("more_results"))],
    pick: () => showResults(query, next),
  };
}

function drawList(label, nothing) {
  const rows = listed.map(({ look: [what, attributes], words }, index) =>
    el(
      what,
      {
        role: "option",
        id: `slash-${index}`,
        "aria-selected": index === chosen,
        onmousedown: (event) => event.preventDefault(),
        onclick: () => listed[index].pick(),
        ...attributes,
      },
      ...words,
    ),
  );
  place().setAttribute("aria-label", say(label));
  place().replaceChildren(...(rows.length ? rows : [el("p.hint", {}, say(nothing))]));
  place().hidden = false;
  choose(chosen);
}

/** Marks the line that Enter chooses. */
function choose(index) {
  chosen = index;
  const rows = [...place().querySelectorAll("[role=option]")];
  rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
  if (rows.length) field.setAttribute("aria-activedescendant", `slash-${chosen}`);
  rows[chosen]?.scrollIntoView({ block: "nearest" });
}

function listKey(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === "Escape") hideList();
  else if (event.key in steps && listed.length) choose((chosen + steps[event.key] + listed.length) % listed.length);
  else if (event.key === "Tab" && listed[chosen]?.complete) {
    field.value = listed[chosen].complete;
    onInput();
  } else if (event.key === "Enter" && listed.length && !event.shiftKey) listed[chosen].pick();
  else return false;
  return true;
}
