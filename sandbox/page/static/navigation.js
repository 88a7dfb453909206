// Who is played and which chat is open. Loads what that needs, and keeps the browser's address in step.

import { changed } from "./changes.js";
import { getHistory, getState } from "./net.js";
import { app, canRead, takeMessages, takeState } from "./state.js";

const stage = document.querySelector(".stage");
export const narrow = matchMedia("(max-width: 760px)");

/** Plays a person. The open chat stays open if that person has it too. */
export async function play(person, chat, { stay = false } = {}) {
  const before = chat ?? app.open;
  takeState(await getState(person));
  const known = before && app.chats.has(before) ? before : null;
  const first = narrow.matches ? null : ([...app.chats.keys()][0] ?? null);
  app.open = known ?? first;
  if (!known && !stay) stage.dataset.view = "list";
  changed("person");
  remember();
}

/** Shows a chat. One that was just joined may be missing in the state that this browser has, so the state is loaded again. */
export async function openChat(key) {
  if (!app.chats.has(key)) takeState(await getState(app.me));
  if (!app.chats.has(key)) return;
  app.open = key;
  stage.dataset.view = "chat";
  await loadMessages(key);
  changed("chat", { focus: !narrow.matches });
  remember();
}

export function closeChat() {
  stage.dataset.view = "list";
  if (narrow.matches) app.open = null;
  changed("chat", { focus: false });
  remember();
  document.querySelector(".chat-list button")?.focus();
}

/** Loads the messages of a chat that became this person's while the page was open. */
export async function loadMessages(key) {
  const chat = app.chats.get(key);
  if (!canRead(chat) || app.earlier.get(key) !== undefined) return;
  const found = await getHistory(key);
  takeMessages(found.messages);
  app.earlier.set(key, found.earlier);
}

/** Writes the person and the open chat into the browser's address. */
function remember() {
  const wanted = `#${app.me}${app.open && stage.dataset.view === "chat" ? `/${app.open}` : ""}`;
  if (location.hash === wanted) return;
  if (stage.dataset.view === "chat" && narrow.matches) history.pushState(null, "", wanted);
  else history.replaceState(null, "", wanted);
}

/** The person and the chat in the browser's address; null where it names none. */
export function remembered() {
  const [person, chat] = location.hash.slice(1).split("/");
  return { person: person || null, chat: chat || null };
}
