// Says that something changed. Scripts that change what is shown call `changed`, and main.js draws it:
// so they need not import the scripts that draw.

const listeners = new Map();

/** `listener(detail)` is called when `what` changed: "person", "chat", "message" or "language". */
export function onChange(what, listener) {
  listeners.set(what, listener);
}

export function changed(what, detail) {
  listeners.get(what)(detail);
}
