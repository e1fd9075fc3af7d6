// The trials of an experiment as a table, sorted and filtered by the service, below the best value
// so far.
import { SERVED, get } from "/assets/api.js";
import { axisChoice, lineChart } from "/assets/charts.js";
import { h, note, number, problem, state, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { noteMark, tagFilter, tagList } from "/assets/remarks.js";

const PER_PAGE = 50;
const STATES = ["", "pending", "running", "interrupted", "paused", "completed", "stopped", "failed"];

function heading(name, view, column) {
  const sorted = (view.sort || "trial") === column;
  const reversed = sorted && view.order !== "reversed";
  const next = { ...view, sort: column, order: reversed ? "reversed" : "", offset: "" };
  const mark = sorted ? (view.order === "reversed" ? " ▼" : " ▲") : "";
  const go = () => { location.hash = address([name], next); };
  return h("button", { type: "button", onclick: go, title: sorted ? "turn the order round" : "sort by this" }, column + mark);
}

function columnOf(name, view, column, index, example) {
  const sorted = (view.sort || "trial") === column;
  const filtered = SERVED ? (tag) => address([name], { ...view, filter: tagFilter(tag), offset: "" }) : null;
  return {
    heading: heading(name, view, column),
    order: sorted ? (view.order === "reversed" ? "descending" : "ascending") : undefined,
    number: column !== "trial" && typeof example === "number",
    words: column === "reason",
    cell: (row) => column === "trial" ? [h("a", { href: address([name, "trials", row.trial]) }, String(row.trial)), noteMark(row.remarks)]
      : column === "state" ? state(row.state) : column === "tags" && Array.isArray(row.cells[index]) ? tagList(row.cells[index], filtered) : number(row.cells[index]),
  };
}

function filters(name, view) {
  const form = h("form", { "aria-label": "Filter the trials" },
    SERVED ? h("label", { class: "wide" }, "Only trials for which this holds, such as loss < 0.1 and lr > 0.001",
      h("input", { name: "filter", value: view.filter || "", maxlength: "2000", autocomplete: "off", spellcheck: "false" })) : null,
    h("label", {}, "State", h("select", { name: "state" }, STATES.map((each) =>
      h("option", { value: each, selected: each === (view.state || "") }, each || "any")))),
    h("button", { type: "submit" }, "Show"),
    h("button", { type: "button", onclick: () => { location.hash = address([name], {}); } }, "Clear"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    location.hash = address([name], { ...view, filter: (given.get("filter") || "").trim(), state: given.get("state"), offset: "" });
  });
  return form;
}

function pages(name, view, answer) {
  const { offset, total } = answer;
  const go = (to) => () => { location.hash = address([name], { ...view, offset: String(Math.max(0, to)) }); };
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

const AGAINST = { time_s: "seconds", trials: "trials", results: "results" };

function chart(curve, view) {
  const by = view.x in AGAINST ? view.x : "time_s";
  const direction = curve.mode === "min" ? "smallest" : "largest";
  return [
    h("div", { class: "controls" },
      h("label", {}, "Against", h("select", { name: "x", onchange: (event) => change({ x: event.target.value }) },
        Object.entries(AGAINST).map(([value, text]) => h("option", { value, selected: value === by }, text)))),
      axisChoice(view.axis, (axis) => change({ axis }))),
    lineChart({
      label: `The ${direction} ${curve.metric} so far, against ${AGAINST[by]}.`, xName: AGAINST[by], yName: curve.metric, steps: true,
      kind: view.axis, points: curve.points.map((point) => [point[by], point.best]),
    }),
  ];
}

export async function trialsView(name, view, signal) {
  const [curve, listed] = await Promise.all([get(path("experiments", name) + "/progress", {}, signal), trials(name, view, signal)]);
  return [h("h2", {}, "Best value so far"), ...chart(curve, view), h("h2", {}, "Trials"), filters(name, view), ...listed];
}
