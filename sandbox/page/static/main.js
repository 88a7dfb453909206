// Starts the page, and keeps what is on the screen in step with what the stand-in tells.

import { drawChat, openedChat } from "./chat.js";
import { drawList } from "./list.js";
import { drawMessages, forget, forgetAll, markRead, tickTimes } from "./messages.js";
import { getHistory, getState, listen } from "./net.js";
import { drawStage, drawTime } from "./stage.js";
import { app, canRead, dropMessages, setClock, takeMessages, takeState } from "./state.js";
import { loadWords, say } from "./words.js";

const stage = document.querySelector(".stage");
const lost = document.querySelector(".lost");
const narrow = matchMedia("(max-width: 760px)");
let lostTimer = 0;

/** Becomes somebody; the same chat stays open if it is theirs too. */
export async function play(person, chat, { stay = false } = {}) {
  const before = chat ?? app.open;
  takeState(await getState(person));
  listen(take, online);
  const known = before && app.chats.has(before) ? before : null;
  const first = narrow.matches ? null : ([...app.chats.keys()][0] ?? null);
  app.open = known ?? first;
  forgetAll();
  if (!known && !stay) stage.dataset.view = "list";
  drawAll();
  remember();
}

function drawAll() {
  document.body.dataset.me = app.me;
  drawStage();
  drawList();
  drawChat();
}

/** Shows a chat; one that was just joined may still be on its way. */
export async function openChat(key) {
  if (!app.chats.has(key)) takeState(await getState(app.me));
  if (!app.chats.has(key)) return;
  app.open = key;
  stage.dataset.view = "chat";
  await load(key);
  drawList();
  drawChat({ focus: !narrow.matches });
  remember();
}

export function closeChat() {
  stage.dataset.view = "list";
  if (narrow.matches) app.open = null;
  drawList();
  drawChat();
  remember();
  document.querySelector(".chat-list button")?.focus();
}

/** Messages of a chat that became theirs while the page was open. */
async function load(key) {
  const chat = app.chats.get(key);
  if (!canRead(chat) || app.earlier.get(key) !== undefined) return;
  const found = await getHistory(key);
  takeMessages(found.messages);
  app.earlier.set(key, found.earlier);
}

export function redraw(key) {
  forget(key);
  if (key.startsWith(`${app.open}/`)) drawMessages();
}

export function redrawAll() {
  forgetAll();
  drawAll();
}

async function take(batch) {
  const known = app.messages.get(app.open);
  const edited = (batch.messages ?? []).filter((one) => known?.get(one.key)?.edited !== one.edited && known?.has(one.key));
  const changed = new Set([...takeMessages(batch.messages ?? []), ...dropMessages(batch.gone ?? [])]);
  if (batch.people) app.people = batch.people;
  if (batch.clock) setClock(batch.clock);
  if (batch.crowd !== undefined) app.crowd = batch.crowd;
  if (batch.chats) await takeChats(batch.chats);
  if (batch.people || batch.clock) drawStage();
  if (batch.chats || batch.clock) drawList();
  if (batch.chats || batch.crowd !== undefined) openedChat();
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
    if (chat.key === app.open) await load(chat.key);
  }
  if (app.open && !app.chats.has(app.open)) app.open = null;
  if (!app.open && !narrow.matches && list.length) {
    app.open = list[0].key;
    await load(app.open);
  }
}

function online(is) {
  clearTimeout(lostTimer);
  if (is) lost.hidden = true;
  else {
    lostTimer = setTimeout(() => {
      lost.textContent = say("lost");
      lost.hidden = false;
    }, 1200);
  }
}

function remember() {
  const wanted = `#${app.me}${app.open && stage.dataset.view === "chat" ? `/${app.open}` : ""}`;
  if (location.hash === wanted) return;
  if (stage.dataset.view === "chat" && narrow.matches) history.pushState(null, "", wanted);
  else history.replaceState(null, "", wanted);
}

function remembered() {
  const [person, chat] = location.hash.slice(1).split("/");
  return { person: person || null, chat: chat || null };
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
