// Toasts, alerts, menus and the question for a link, which lie over the chats.

import { arrows, el, face, icon, script } from "./dom.js";
import { say } from "./words.js";

const TOAST_MS = 3600;

export function toast(text) {
  const made = el("div.toast", { "data-toast": "", lang: script(text) }, text);
  const place = document.querySelector(".toasts");
  place.append(made);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => made.remove(), TOAST_MS + Math.min(text.length * 30, 4000));
}

export function refused(code) {
  toast(code === "lost" ? say("lost") : say(`err_${code}`));
}

/** A callback's alert. It stays until the person closes it. */
export function alertBox(text) {
  const box = document.querySelector("dialog.alert");
  const close = el("button.primary", { type: "button", autofocus: true, "data-action": "ok" }, say("ok"));
  close.addEventListener("click", () => box.close());
  box.replaceChildren(el("p", { id: "alert-text", lang: script(text) }, text), close);
  show(box);
}

function show(box) {
  box.onclick = (event) => {
    if (event.target === box) box.close();
  };
  if (!box.open) box.showModal();
}

/** Asks for a link. Returns null if the person cancels. */
export function askLink() {
  const box = document.querySelector("dialog.alert");
  return new Promise((resolve) => {
    const input = el("input", {
      type: "text",
      inputmode: "url",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "https://t.me/…",
      "aria-label": say("open_link"),
      autofocus: true,
      "data-input": "link",
    });
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "alert-text" }, say("open_link").replace("…", "")),
      el("p.hint", {}, say("open_link_hint")),
      input,
      el(
        "div.choices",
        {},
        el("button", { type: "button", onclick: () => box.close() }, say("cancel")),
        el("button.primary", { type: "submit", "data-action": "open" }, say("open")),
      ),
    );
    let wanted = null;
    form.addEventListener("submit", () => {
      wanted = input.value.trim() || null;
    });
    box.replaceChildren(form);
    box.addEventListener("close", () => resolve(wanted), { once: true });
    show(box);
  });
}

let closeMenu = null;

/** A menu at an element or a point; items are `{ text, note, icon, face, does, danger, checked, disabled, inRow }`. */
export function menu(anchor, items, { label = "", title = "" } = {}) {
  closeMenu?.();
  const back = document.activeElement;
  const list = el("div.menu", { role: "menu", "aria-label": label });
  const buttons = items.map((item) =>
    el(
      `button${item.danger ? ".danger" : ""}`,
      {
        type: "button",
        role: item.checked === undefined ? "menuitem" : "menuitemradio",
        "aria-checked": item.checked,
        disabled: item.disabled,
        "data-item": item.name,
        onclick: () => {
          close({ refocus: true });
          item.does?.();
        },
      },
      item.icon ? icon(item.icon) : null,
      item.face === undefined ? null : face(item.face, item.text),
      el("span", {}, item.text),
      item.note ? el("small", {}, item.note) : null,
    ),
  );
  const row = el("div.menu-row", {}, buttons.filter((_, index) => items[index].inRow));
  if (title) list.append(el("p.menu-title", {}, title));
  list.append(...(row.children.length ? [row] : []), ...buttons.filter((_, index) => !items[index].inRow));
  const veil = el("div.veil", { onclick: () => close({ refocus: false }), oncontextmenu: swallow });
  const close = ({ refocus }) => {
    veil.remove();
    list.remove();
    closeMenu = null;
    if (refocus && back instanceof HTMLElement) back.focus();
  };
  closeMenu = () => close({ refocus: false });
  list.addEventListener("keydown", (event) => {
    const able = buttons.filter((one) => !one.disabled);
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close({ refocus: true });
    } else if (!arrows(event, able)) arrows(event, able, { across: true });
  });
  document.body.append(veil, list);
  place(list, anchor);
  buttons.find((one) => !one.disabled)?.focus();
}

function swallow(event) {
  event.preventDefault();
}

function place(list, anchor) {
  const at = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { offsetWidth: width, offsetHeight: height } = list;
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const below = at.bottom + 6 + height < innerHeight - 8;
  list.style.left = `${left}px`;
  list.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - height - 6)}px`;
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission for the clipboard the old way still works.
    const field = el("textarea", { readonly: true, class: "unseen" });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast(say("copied"));
}
