// One experiment: how far it is, the best value so far, and its trials, sorted and filtered by the
// service.
import { get, path, post } from "/assets/api.js";
import { lineChart } from "/assets/charts.js";
import { duration, facts, h, note, number, problem, state, table } from "/assets/parts.js";

const PER_PAGE = 50;
const STATES = ["", "pending", "running", "interrupted", "paused", "completed", "stopped", "failed"];

// The address keeps what the table shows, so that it can be shared.
function address(name, view) {
  const given = Object.entries(view).filter(([, value]) => value && value !== "0");
  const text = new URLSearchParams(given).toString();
  return "#" + path(name) + (text ? "?" + text : "");
}

function heading(name, view, column) {
  const sorted = (view.sort || "trial") === column;
  const reversed = sorted && view.order !== "reversed";
  const next = { ...view, sort: column, order: reversed ? "reversed" : "", offset: "" };
  const mark = sorted ? (view.order === "reversed" ? " ▼" : " ▲") : "";
  const go = () => { location.hash = address(name, next); };
  return h("button", { type: "button", onclick: go, title: sorted ? "turn the order round" : "sort by this" }, column + mark);
}

function columnOf(name, view, column, index, example) {
  const sorted = (view.sort || "trial") === column;
  return {
    heading: heading(name, view, column),
    order: sorted ? (view.order === "reversed" ? "descending" : "ascending") : undefined,
    number: column !== "trial" && typeof example === "number",
    words: column === "reason",
    cell: (row) => column === "trial" ? h("a", { href: "#" + path(name, "trials", row.trial) }, String(row.trial))
      : column === "state" ? state(row.state) : number(row.cells[index]),
  };
}

function filters(name, view) {
  const form = h("form", { "aria-label": "Filter the trials" },
    h("label", { class: "wide" }, "Only trials for which this holds, such as loss < 0.1 and lr > 0.001",
      h("input", { name: "filter", value: view.filter || "", maxlength: "2000", autocomplete: "off", spellcheck: "false" })),
    h("label", {}, "State", h("select", { name: "state" }, STATES.map((each) =>
      h("option", { value: each, selected: each === (view.state || "") }, each || "any")))),
    h("button", { type: "submit" }, "Show"),
    h("button", { type: "button", onclick: () => { location.hash = address(name, {}); } }, "Clear"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    location.hash = address(name, { ...view, filter: given.get("filter").trim(), state: given.get("state"), offset: "" });
  });
  return form;
}

function pages(name, view, answer) {
  const { offset, total } = answer;
  const go = (to) => () => { location.hash = address(name, { ...view, offset: String(Math.max(0, to)) }); };
  const last = Math.min(total, offset + answer.trials.length);
  return h("div", { class: "controls" },
    h("button", { type: "button", disabled: offset === 0, onclick: go(offset - PER_PAGE) }, "Earlier"),
    h("span", {}, total === 0 ? "0 trials" : `${offset + 1} to ${last} of ${total} trials`),
    h("button", { type: "button", disabled: last >= total, onclick: go(offset + PER_PAGE) }, "Later"));
}

function trialsTable(name, view, answer) {
  if (answer.total === 0) {
    return note(view.filter || view.state ? "No trial is like that. Clear the filter to see them all." : "No trial has been added yet.");
  }
  const first = answer.trials[0];
  const columns = answer.columns.map((column, index) => columnOf(name, view, column, index, first && first.cells[index]));
  return table("Trials", columns, answer.trials, (row) => row.state);
}

async function trials(name, view, signal) {
  const query = { filter: view.filter, state: view.state, sort: view.sort, order: view.order, offset: view.offset, limit: PER_PAGE };
  try {
    const answer = await get(path("experiments", name, "trials"), query, signal);
    return [trialsTable(name, view, answer), pages(name, view, answer)];
  } catch (error) {
    if (error.name === "AbortError" || error.unreachable) throw error;
    return [problem(error)];
  }
}

// Buttons that ask the service; what it answers is shown in `said`.
export function controls(where, actions, said) {
  return h("div", { class: "controls" }, actions.map(([action, label, question]) =>
    h("button", {
      type: "button",
      onclick: async (event) => {
        if (question && !window.confirm(question)) return;
        const { target } = event;
        target.disabled = true;
        try {
          said.replaceChildren(h("p", { class: "said" }, (await post(where + "/" + action)).answer));
        } catch (error) {
          said.replaceChildren(problem(error));
        }
        target.disabled = false;
      },
    }, label)));
}

// What an answer to a button stays in while the rest of the page is renewed.
const kept = new Map();
export function answers(key) {
  if (!kept.has(key)) {
    kept.clear();
    kept.set(key, h("div", { role: "status" }));
  }
  return kept.get(key);
}

function progress(experiment) {
  const counts = experiment.trials;
  const ended = counts.completed + counts.stopped + counts.failed;
  const all = Math.max(Object.values(counts).reduce((sum, each) => sum + each, 0), experiment.samples || 0);
  const text = Object.entries(counts).filter(([, count]) => count > 0).map(([word, count]) => `${count} ${word}`).join(", ");
  return h("p", {}, h("progress", { value: ended, max: Math.max(all, 1), "aria-label": "Trials that have ended" }),
    ` ${ended} of ${all} trials have ended` + (text ? `: ${text}` : ""));
}

function best(name, experiment) {
  return experiment.best.length === 0 ? "no finite result yet"
    : h("span", {}, experiment.best.slice(0, 10).flatMap((row, index) => [index ? ", " : "",
      h("a", { href: "#" + path(name, "trials", row.trial) }, `trial ${row.trial}`), ` (${number(row.best)})`]));
}

function about(name, experiment) {
  return facts([["Why it ended", experiment.reason], ["Best", best(name, experiment)], ["Objective", experiment.objective],
    ["Searcher", experiment.searcher], ["Scheduler", experiment.scheduler], ["Time used", duration(experiment.elapsed_s)],
    ["Command", experiment.command && h("code", {}, experiment.command)], ["Directory", h("code", {}, experiment.directory)]]);
}

function chart(curve) {
  const direction = curve.mode === "min" ? "smallest" : "largest";
  return lineChart({
    label: `The ${direction} ${curve.metric} so far, against time.`, xName: "seconds", yName: curve.metric, steps: true,
    points: curve.points.map((point) => [point.time_s, point.best]),
  });
}

export async function experimentPage(name, view, signal) {
  const where = path("experiments", name);
  const [experiment, curve, listed] = await Promise.all([
    get(where, {}, signal), get(where + "/progress", {}, signal), trials(name, view, signal)]);
  const said = answers(name);
  const running = experiment.state === "running";
  return {
    title: name,
    trail: [[name, "#" + path(name)]],
    follows: name,
    parts: [
      h("h1", {}, name, " ", state(experiment.state)), progress(experiment),
      running ? controls(where, [["pause", "Pause"], ["resume", "Resume"],
        ["stop", "Stop", "Stop this experiment and its running trials? What was found stays."]], said) : null,
      said, about(name, experiment),
      h("h2", {}, "Best value so far"), chart(curve),
      h("h2", {}, "Trials"), filters(name, view), ...listed,
    ].filter(Boolean),
  };
}
