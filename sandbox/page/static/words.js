// The page's words, and how it writes times and numbers, in the reader's language and zone.

const LANGUAGES = ["ko", "zh", "en"];
const TAGS = { ko: "ko-KR", zh: "zh-Hans-CN", en: undefined };
const KEPT = "encore-language";
export const NAMES = { ko: "한국어", zh: "简体中文", en: "English" };

let all = {};
let language = "en";

export async function loadWords() {
  all = await (await fetch("/page/static/words.json")).json();
  const wished = [kept(), ...navigator.languages].map((one) => (one ?? "").slice(0, 2));
  setLanguage(wished.find((one) => LANGUAGES.includes(one)) ?? "en", { keep: false });
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export function setLanguage(code, { keep = true } = {}) {
  language = code;
  document.documentElement.lang = code === "zh" ? "zh-Hans" : code;
  try {
    if (keep) localStorage.setItem(KEPT, code);
  } catch {
    // Without storage the choice lasts until the reload.
  }
}

export function current() {
  return language;
}

/** A line of the page's words, with its values. Numbers are written as the language does. */
export function say(key, values = {}) {
  const lines = all[language] ?? {};
  const line = (values.n === 1 && lines[`${key}_one`]) || lines[key] || key;
  return line.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : String(value);
  });
}

function tag() {
  // English readers keep their own region's habits (24 hours or 12, day or month first).
  if (language !== "en") return TAGS[language];
  return navigator.languages.find((one) => one.startsWith("en")) ?? "en-US";
}

const made = new Map();

function form(options) {
  const key = tag() + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(tag(), options));
  return made.get(key);
}

export function number(value) {
  return new Intl.NumberFormat(tag()).format(value);
}

export function names(list) {
  return new Intl.ListFormat(tag(), { type: "conjunction" }).format(list);
}

/** Some of many names; the words around them say how many more there are. */
export function someNames(list) {
  return list.join(language === "zh" ? "、" : ", ");
}

const CLOCK = { hour: "numeric", minute: "2-digit" };

export function time(at, zone) {
  return form(zone ? { ...CLOCK, timeZone: zone } : CLOCK).format(at * 1000);
}

export function dayKey(at) {
  const day = new Date(at * 1000);
  return `${day.getFullYear()}-${day.getMonth()}-${day.getDate()}`;
}

/** The date between messages of two days: today, yesterday, or the date. */
export function day(at, present) {
  if (dayKey(at) === dayKey(present)) return say("today");
  if (dayKey(at) === dayKey(present - 86400)) return say("yesterday");
  const sameYear = new Date(at * 1000).getFullYear() === new Date(present * 1000).getFullYear();
  const options = { weekday: "long", month: "long", day: "numeric" };
  return form(sameYear ? options : { ...options, year: "numeric" }).format(at * 1000);
}

/** The short time of a line in the chat list. */
export function shortly(at, present) {
  if (dayKey(at) === dayKey(present)) return time(at);
  if (present - at < 6 * 86400 && at < present) return form({ weekday: "short" }).format(at * 1000);
  return form({ month: "numeric", day: "numeric" }).format(at * 1000);
}

export function dateAndTime(at, present) {
  if (present !== undefined && dayKey(at) === dayKey(present)) return time(at);
  return form({ weekday: "short", month: "short", day: "numeric", ...CLOCK }).format(at * 1000);
}

/** The time of a coming event, as short as possible. */
export function soon(at, present) {
  if (dayKey(at) === dayKey(present)) return time(at);
  const near = at - present < 6 * 86400;
  return form(near ? { weekday: "short", ...CLOCK } : { month: "numeric", day: "numeric", ...CLOCK }).format(at * 1000);
}

export function stageDate(at) {
  return form({ weekday: "short", month: "short", day: "numeric" }).format(at * 1000);
}

/** A date-time entity by its format: `r` relative, else w weekday, d or D date, t or T time. */
export function entityTime(at, format, present) {
  if (/r/i.test(format)) return relative(at - present);
  const options = {};
  // A weekday without a date is the whole day's name, so it is written out.
  if (/w/i.test(format)) options.weekday = /D/.test(format) || !/d/.test(format) ? "long" : "short";
  if (/d/.test(format)) Object.assign(options, { month: "short", day: "numeric" });
  if (/D/.test(format)) Object.assign(options, { year: "numeric", month: "long", day: "numeric" });
  if (/t/.test(format)) Object.assign(options, CLOCK);
  if (/T/.test(format)) Object.assign(options, CLOCK, { second: "2-digit" });
  return Object.keys(options).length ? form(options).format(at * 1000) : null;
}

const NEARLY = 0.98;
const STEPS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

function relative(seconds) {
  const [unit, length] = STEPS.find(([, one]) => Math.abs(seconds) >= one * NEARLY) ?? STEPS[3];
  return new Intl.RelativeTimeFormat(tag(), { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

export function fullTime(at) {
  return form({ dateStyle: "full", timeStyle: "medium" }).format(at * 1000);
}
