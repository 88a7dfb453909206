// Small helpers for elements. No script of the page parses a text as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `el("button.send", { type: "button" }, child, "text")`; a function named on… becomes a listener. */
export function el(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-")) made.setAttribute(name, String(value));
    else if (value === false) continue;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/** The language for a text's `lang`, which decides line breaks and letter shapes. The page's language may be another. */
export function script(text) {
  if (/[\u1100-\u11ff\uac00-\ud7a3]/.test(text)) return "ko";
  if (/[\u3400-\u9fff]/.test(text)) return "zh-Hans";
  return null;
}

const SHAPES = {
  back: "M15 5l-7 7 7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  send: "M4 12l16-8-6 16-3-6-7-2z",
  clip: "M8 12.5l5.6-5.6a3 3 0 014.3 4.2l-7.2 7.2a5 5 0 01-7-7.1L11 3.9",
  slash: "M15 5L9 19",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.8a2.8 2.8 0 100-5.6 2.8 2.8 0 000 5.6",
  people: "M9 11.5a3.3 3.3 0 100-6.6 3.3 3.3 0 000 6.6zM2.8 19c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5M16 11.3a2.8 2.8 0 10-1.2-5.4M17.3 14.4c2.1.5 3.5 2 3.9 4.3",
  copy: "M9 9h10v11H9zM5 15V4h10",
  link: "M8 16L17 7M9.5 6.5H17.5V14.5",
  down: "M6 9l6 6 6-6",
  heart: "M12 19.5S4.5 15 4.5 9.7A4 4 0 0112 7.6a4 4 0 017.500 2.100C19.500 15 12 19.500 12 19.500z",
  switch: "M4 12h14M13 6.500L18.500 12 13 17.500",
  pen: "M5 19l1-4L16.500 4.500l3 3L9 18z",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2M20 14v6h-6",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  play: "M8 5l11 7-11 7z",
  lock: "M7 11h10v8H7zM9 11V8a3 3 0 016 0v3",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7.5V12l3 2",
  globe: "M12 21a9 9 0 100-18 9 9 0 000 18zM3.5 9.5h17M3.5 14.5h17M12 3c-2.5 2.4-3.7 5.400-3.700 9s1.200 6.600 3.700 9c2.500-2.400 3.700-5.400 3.700-9S14.500 5.400 12 3",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

const graphemes = new Intl.Segmenter();

/** A round face: the name's first letter, on a colour chosen by the id. */
export function face(id, name, size = "") {
  const first = graphemes.segment(name.trim())[Symbol.iterator]().next().value?.segment ?? "?";
  return el(`span.face${size && `.${size}`}`, { "aria-hidden": "true", "data-hue": hue(id) }, first.toUpperCase());
}

export function hue(id) {
  return Math.abs(Number(id)) % 8;
}

/** Lets an element light up for a moment. Reading its width makes the browser start the animation anew. */
export function flash(element) {
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
}

/** Moves the focus among elements with the arrow keys. */
export function arrows(event, list, { across = false } = {}) {
  const steps = across ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 };
  const at = list.indexOf(document.activeElement);
  let next = null;
  if (event.key in steps) next = list[(at + steps[event.key] + list.length) % list.length];
  else if (event.key === "Home") next = list[0];
  else if (event.key === "End") next = list.at(-1);
  if (!next) return false;
  event.preventDefault();
  next.focus();
  return true;
}
