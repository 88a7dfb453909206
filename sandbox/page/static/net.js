// Talks with the stand-in: asks for the state, listens to events, sends acts.

import { refused } from "./overlay.js";
import { app } from "./state.js";

export async function getState(as) {
  const answer = await fetch(`/page/state?as=${as ?? ""}`);
  if (!answer.ok) return as ? getState() : Promise.reject(new Error(`state: ${answer.status}`));
  return answer.json();
}

export async function getHistory(chat, before) {
  const answer = await fetch(`/page/history?as=${app.me}&chat=${chat}&before=${before ?? ""}`);
  return answer.ok ? answer.json() : { messages: [], earlier: false };
}

export async function getCommands(chat) {
  const answer = await fetch(`/page/commands?as=${app.me}&chat=${chat}`);
  return answer.ok ? (await answer.json()).commands : [];
}

export function fileUrl(number) {
  return `/page/files/${number}?as=${app.me}`;
}

/** Sends an act of the person who is played. Returns `{ error }` if their app refuses it. */
export async function act(name, body = {}) {
  try {
    const answer = await fetch("/page/acts", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: String(app.me), act: name, ...body }),
    });
    return await answer.json();
  } catch {
    return { error: "lost" };
  }
}

/** Does an act, and tells the person if their app refuses it. The answer, or null if it was refused. */
export async function attempt(name, body) {
  const answer = await act(name, body);
  if (!answer.error) return answer;
  refused(answer.error);
  return null;
}

let source = null;

/** Listens as the person who is played. The browser reconnects by itself, and goes on where it stopped. */
export function listen(onBatch, onLine) {
  source?.close();
  const mine = new EventSource(`/page/events?as=${app.me}&after=${app.seen}&world=${app.world}`);
  source = mine;
  mine.onopen = () => onLine(true);
  mine.onerror = () => {
    onLine(false);
    if (mine.readyState === EventSource.CLOSED && source === mine) setTimeout(() => listen(onBatch, onLine), 2000);
  };
  mine.onmessage = (event) => {
    if (source !== mine) return;
    const batch = JSON.parse(event.data);
    if (batch.reload) {
      mine.close();
      location.reload();
      return;
    }
    app.seen = Number(event.lastEventId) || app.seen;
    onBatch(batch);
  };
}
