// What this browser knows: the app of the person who is played, and what all people share.

export const app = {
  world: "",
  seen: 0,
  me: 0,
  language: "en",
  zone: "UTC",
  bot: null,
  people: [],
  chats: new Map(),
  messages: new Map(),
  earlier: new Map(),
  open: null,
  clock: { now: 0, next: null, stamp: 0 },
  crowd: null,
  tasks: [],
};

/** The stand-in's time, in epoch seconds. */
export function now() {
  return app.clock.now + (performance.now() - app.clock.stamp) / 1000;
}

export function setClock(clock) {
  app.clock = { ...clock, stamp: performance.now() };
}

export function me() {
  return app.people.find((one) => one.id === app.me);
}

/** Replaces the whole state, for another person or after a reload. */
export function takeState(state) {
  app.world = state.world;
  app.seen = state.seen;
  app.me = state.me;
  app.language = state.language;
  app.zone = state.zone;
  app.bot = state.bot;
  app.people = state.people;
  app.crowd = state.crowd;
  app.tasks = state.tasks;
  app.chats = new Map(state.chats.map((one) => [one.key, one]));
  app.messages = new Map(
    Object.entries(state.messages).map(([key, list]) => [key, new Map(list.map((one) => [one.key, one]))]),
  );
  app.earlier = new Map(Object.entries(state.earlier));
  setClock(state.clock);
}

/** Adds or replaces messages. Returns the keys of the chats that changed. */
export function takeMessages(list) {
  const changed = new Set();
  for (const one of list) {
    if (!app.messages.has(one.chat)) app.messages.set(one.chat, new Map());
    app.messages.get(one.chat).set(one.key, one);
    changed.add(one.chat);
  }
  return changed;
}

export function dropMessages(keys) {
  const changed = new Set();
  for (const key of keys) {
    const chat = key.split("/")[0];
    if (app.messages.get(chat)?.delete(key)) changed.add(chat);
  }
  return changed;
}

/** A chat's messages in the order in which they came. */
export function messagesOf(key) {
  return [...(app.messages.get(key)?.values() ?? [])].sort((a, b) => a.seq - b.seq);
}

const INSIDE = new Set(["creator", "administrator", "member"]);

/** Whether the person can read the chat. Who left a group can't. */
export function canRead(chat) {
  return chat.kind === "private" || isInside(chat);
}

export function isInside(chat) {
  return INSIDE.has(chat.status);
}
