// Where a person writes; or, where they can't, what they can do instead.

import { attempt } from "./doing.js";
import { el, icon } from "./dom.js";
import { getCommands } from "./net.js";
import { refused } from "./overlay.js";
import { app, isInside } from "./state.js";
import { say } from "./words.js";

const MOST_BYTES = 500 * 1024;
const drafts = new Map();
let field = null;
let form = null;
let answering = null;
let listed = [];
let chosen = 0;
let asked = 0;

/** The foot of a chat. */
export function composer(chat) {
  answering = null;
  field = null;
  if (chat.kind === "private" && chat.status === "kicked") return foot(say("you_blocked"), "unblock", "block", chat);
  if (chat.kind === "private" && !chat.opened) return foot(say("start_hint"), "start", "start", chat);
  if (!isInside(chat)) return foot(say("you_left"), chat.status === "left" ? "return" : null, "back", chat);
  if (chat.kind === "channel") return foot(say("channel_only"), null, null, chat);
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
    role: "combobox",
    "aria-expanded": "false",
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
  return `${app.me} ${app.open}`;
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
  if (/^\/\w*$/.test(field.value)) showCommands();
  else hideCommands();
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (!commandsHidden() && commandKey(event)) {
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
  const done = await attempt("say", { chat: app.open, text, reply });
  if (!done && field && !field.value) {
    field.value = text;
    onInput();
  }
}

function clear() {
  field.value = "";
  drafts.delete(draftKey());
  hideCommands();
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
  const body = { chat: app.open, text: field.value, reply: answering?.key, file: content };
  clear();
  await attempt("say", body);
}

/** The message that the next one answers. */
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

function place() {
  return form.querySelector(".slash");
}

function commandsHidden() {
  return place().hidden;
}

function hideCommands() {
  asked += 1;
  place().hidden = true;
  place().replaceChildren();
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

async function toggleCommands() {
  if (!commandsHidden()) {
    hideCommands();
    return;
  }
  focusField();
  await showCommands();
}

/** What the bots declared for this person in this chat. */
async function showCommands() {
  const chat = app.open;
  asked += 1;
  const mine = asked;
  const found = await getCommands(chat);
  if (mine !== asked || app.open !== chat || !field) return;
  const begun = field.value.startsWith("/") ? field.value.slice(1).toLowerCase() : "";
  listed = found.filter((one) => one.command.startsWith(begun));
  if (!listed.length && begun) {
    hideCommands();
    return;
  }
  chosen = Math.max(0, listed.findIndex((one) => one.command === begun));
  drawCommands();
}

function drawCommands() {
  const rows = listed.map((one, index) =>
    el(
      "div.command-row",
      {
        role: "option",
        id: `slash-${index}`,
        "aria-selected": index === chosen,
        "data-command": one.command,
        onmousedown: (event) => event.preventDefault(),
        onclick: () => pick(index),
      },
      el("b", {}, `/${one.command}`),
      el("span", {}, one.description),
      one.is_ephemeral ? icon("eye") : null,
    ),
  );
  place().replaceChildren(...(rows.length ? rows : [el("p.hint", {}, say("no_commands"))]));
  place().hidden = false;
  field.setAttribute("aria-expanded", "true");
  if (rows.length) field.setAttribute("aria-activedescendant", `slash-${chosen}`);
  rows[chosen]?.scrollIntoView({ block: "nearest" });
}

function commandKey(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === "Escape") hideCommands();
  else if (event.key in steps && listed.length) {
    chosen = (chosen + steps[event.key] + listed.length) % listed.length;
    drawCommands();
  } else if (event.key === "Tab" && listed.length) {
    field.value = `/${listed[chosen].command} `;
    onInput();
  } else if (event.key === "Enter" && listed.length && !event.shiftKey) pick(chosen);
  else return false;
  return true;
}

function pick(index) {
  field.value = `/${listed[index].command}`;
  send();
}
