// Starts the page, and draws what changed: by taps, or by what the stand-in tells.

import { onChange } from "./changes.js";
import { drawChat, updateChat } from "./chat.js";
import { drawList } from "./list.js";
import { drawMessages, forget, forgetAll, markRead, tickTimes } from "./messages.js";
import { closeChat, loadMessages, narrow, openChat, play, remembered } from "./navigation.js";
import { listen } from "./net.js";
import "./presses.js";
import { drawStage, drawTime } from "./stage.js";
import { drawTasks } from "./tasks.js";
import { app, canRead, dropMessages, setClock, takeMessages } from "./state.js";
import { loadWords, say } from "./words.js";

const stage = document.querySelector(".stage");
const lost = document.querySelector(".lost");
let lostTimer = 0;

function drawAll() {
  document.body.dataset.me = app.me;
  drawStage();
  drawList();
  drawTasks();
  drawChat();
}

function redrawAll() {
  forgetAll();
  drawAll();
}

onChange("person", () => {
  listen(takeBatch, showConnection);
  redrawAll();
});
onChange("chat", ({ focus }) => {
  drawList();
  drawChat({ focus });
});
onChange("message", (key) => {
  forget(key);
  if (key.startsWith(`${app.open}/`)) drawMessages();
});
onChange("language", redrawAll);

async function takeBatch(batch) {
  const known = app.messages.get(app.open);
  const edited = (batch.messages ?? []).filter((one) => known?.get(one.key)?.edited !== one.edited && known?.has(one.key));
  const changed = new Set([...takeMessages(batch.messages ?? []), ...dropMessages(batch.gone ?? [])]);
  if (batch.people) app.people = batch.people;
  if (batch.clock) setClock(batch.clock);
  if (batch.tasks) {
    app.tasks = batch.tasks;
    drawTasks();
  }
  if (batch.crowd !== undefined) app.crowd = batch.crowd;
  if (batch.chats) await takeChats(batch.chats);
  if (batch.people || batch.clock) drawStage();
  if (batch.chats || batch.clock) drawList();
  if (batch.chats || batch.crowd !== undefined) updateChat();
  if (changed.has(app.open)) drawMessages(edited.map((one) => one.key));
  else if (batch.clock) drawMessages();
  if (batch.clock) tickTimes();
}

async function takeChats(list) {
  const before = app.chats;
  app.chats = new Map(list.map((one) => [one.key, one]));
  for (const chat of list) {
    const was = before.get(chat.key);
    if (!canRead(chat) || (was && !canRead(was))) {
      app.messages.delete(chat.key);
      app.earlier.delete(chat.key);
    }
    if (chat.key === app.open) await loadMessages(chat.key);
  }
  if (app.open && !app.chats.has(app.open)) app.open = null;
  if (!app.open && !narrow.matches && list.length) {
    app.open = list[0].key;
    await loadMessages(app.open);
  }
}

function showConnection(isOnline) {
  clearTimeout(lostTimer);
  if (isOnline) lost.hidden = true;
  else {
    lostTimer = setTimeout(() => {
      lost.textContent = say("lost");
      lost.hidden = false;
    }, 1200);
  }
}

addEventListener("popstate", async () => {
  const { person, chat } = remembered();
  if (person && Number(person) !== app.me) await play(person, chat);
  else if (chat && chat !== app.open) await openChat(chat);
  else if (!chat && stage.dataset.view === "chat") closeChat();
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (stage.dataset.view === "chat" && narrow.matches) closeChat();
  else if (document.activeElement?.closest(".log, .foot")) document.querySelector(".chat-list [aria-current]")?.focus();
});
document.addEventListener("visibilitychange", markRead);
narrow.addEventListener("change", () => {
  if (narrow.matches) stage.dataset.view = app.open ? "chat" : "list";
  else drawAll();
});

await loadWords();
const { person, chat } = remembered();
stage.dataset.view = chat ? "chat" : "list";
await play(person, chat, { stay: Boolean(chat) });
setInterval(drawTime, 1000);
setInterval(tickTimes, 20_000);
document.documentElement.dataset.ready = "true";
