// Links: which one a message carries, and what happens when a person follows one.

import { openChat, play } from "./navigation.js";
import { attempt } from "./net.js";
import { askLink, refused } from "./overlay.js";
import { isTelegram } from "./rich.js";
import { app } from "./state.js";

const WRITTEN = /https?:\/\/t(?:elegram)?\.me\/[\w+][\w?=&+-]*/i;

/** The link to Telegram that a message carries in its text or on its buttons; null if it carries none. */
export function carriedLink(message) {
  for (const one of message.entities ?? []) {
    const url = one.type === "text_link" ? one.url : message.text.slice(one.offset, one.offset + one.length);
    if ((one.type === "url" || one.type === "text_link") && isTelegram(url)) return url;
  }
  const button = (message.keyboard ?? []).flat().find((one) => one.url && isTelegram(one.url));
  // A link that is written as code, to be copied, is no entity of kind link. The picture still shows it as a QR code.
  return button?.url ?? WRITTEN.exec(message.text ?? "")?.[0] ?? null;
}

/** Follows a link as the person who is played, or as another one. */
export async function openLink(url, as = app.me) {
  if (!isTelegram(url) && !url.startsWith("tg://")) {
    if (/^https?:\/\//i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
    else refused("no_link");
    return;
  }
  if (as !== app.me) await play(as, null, { stay: true });
  const done = await attempt("open", { url: url.replace(/^tg:\/\/resolve\?domain=(\w+)&start=/, "https://t.me/$1?start=") });
  if (done) await openChat(done.chat);
}

export async function pasteLink() {
  const url = await askLink();
  if (url) await openLink(url);
}
