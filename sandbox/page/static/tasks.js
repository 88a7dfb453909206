// Things to try: a card below the chats. Each is ticked off as it happens.

import { el, icon } from "./dom.js";
import { app } from "./state.js";
import { current, say } from "./words.js";

const card = document.querySelector(".tasks");
card.open = true;

export function drawTasks() {
  const { tasks } = app;
  card.hidden = tasks.length === 0;
  if (card.hidden) return;
  const done = tasks.filter((one) => one.done).length;
  const title = done === tasks.length ? say("tasks_done") : say("tasks");
  const known = card.querySelector("summary");
  const summary = known ?? el("summary", {});
  summary.replaceChildren(
    el("strong", {}, title),
    el("span.tasks-count", { "aria-label": say("tasks_count", { done, n: tasks.length }) }, `${done}/${tasks.length}`),
    icon("down"),
  );
  const list = el("ol", {}, tasks.map(line));
  if (known) known.nextElementSibling.replaceWith(list);
  else card.replaceChildren(summary, list);
}

function line(task) {
  return el(
    "li.task",
    { "data-task": task.name, "data-done": String(task.done) },
    el("span.tick", { role: "img", "aria-label": say(task.done ? "task_done" : "task_open") }, task.done ? icon("check") : null),
    el("span", {}, task.words[current()] ?? task.words.en ?? task.name),
  );
}
