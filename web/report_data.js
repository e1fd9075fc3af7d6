// What a report has in place of a service: the answers that the service gave when it was made.
import { refusal } from "/assets/paths.js";

export const SERVED = false;
export const follow = () => () => {};
export const mayAct = () => false;
export const resultsOption = () => "";
export const meet = async () => {};

const { experiments, comparison } = JSON.parse(document.getElementById("kept").textContent);
const NOT_FINITE = ["NaN", "Infinity", "-Infinity"];

function kept(id) {
  const found = experiments.find((each) => each.id === id);
  if (!found) throw refusal(`There is no experiment ‘${id}’ in this report.`, 404);
  return found;
}

const isAbout = (column) => column.kind === "about";

// Numbers, then text, then what is not finite, then what is absent, as the service sorts.
function placeOf(value) {
  if (value === null) return 3;
  if (typeof value !== "string") return 0;
  return NOT_FINITE.includes(value) ? 2 : 1;
}

function compared(a, b, sign) {
  const [first, second] = [placeOf(a), placeOf(b)];
  if (first !== second) return first - second;
  return first > 1 || a === b ? 0 : sign * (a < b ? -1 : 1);
}

// The table of trials, made of the columns.
function listed({ columns, trials, states }, { state = "", sort = "trial", order, offset = 0, limit = 50 }) {
  const shown = ["objective", "parameter", "metric", "about"].flatMap((kind) => columns.filter((each) => each.kind === kind));
  const all = [{ name: "trial", values: trials }, { name: "state", values: states }, ...shown];
  const by = all.find((each) => each.name === sort) || all[0];
  const sign = (by.mode === "max") === (order === "reversed") ? 1 : -1;
  const wanted = [...trials.keys()].filter((at) => state === "" || states[at] === state)
    .sort((a, b) => compared(by.values[a], by.values[b], sign) || trials[a] - trials[b]);
  const from = Number(offset);
  return {
    total: wanted.length, offset: from, limit, columns: all.map((each) => each.name),
    trials: wanted.slice(from, from + limit).map((at) => ({ trial: trials[at], state: states[at], cells: all.map((each) => each.values[at]) })),
  };
}

// A trial whose page was left out: what its columns say.
function fromColumns({ columns, trials, states }, number) {
  const at = trials.indexOf(number);
  if (at < 0) throw refusal(`Trial ${number} is not in this report.`, 404);
  const valuesOf = (wanted) => Object.fromEntries(columns.filter(wanted).map((each) => [each.name, each.values[at]]).filter(([, value]) => value !== null));
  const { iterations, reason, tags } = valuesOf(isAbout);
  return {
    trial: number, state: states[at], partial: true, iterations, reason, tags, config: valuesOf((each) => each.kind === "parameter"),
    metrics: valuesOf((each) => each.kind === "objective" || each.kind === "metric"),
  };
}

function pageOf(answers, number, log, { stream }) {
  const page = answers.trials.find((each) => each.trial.trial === Number(number));
  if (log) return page?.[stream];
  return page ? page.trial : fromColumns(answers.columns, Number(number));
}

function find(where, query) {
  if (where === "/comparison") return comparison;
  const [, , id, part, trial, log] = where.split("/").map(decodeURIComponent);
  const { answers } = kept(id);
  const metric = query.metric || answers.overview.objectives[0].metric;
  if (part === undefined) return answers.overview;
  if (part === "trials") return trial === undefined ? listed(answers.columns, query) : pageOf(answers, trial, log, query);
  if (part === "columns") return { ...answers.columns, columns: answers.columns.columns.filter((each) => !isAbout(each)) };
  if (part === "curves") return query.by === "time" ? undefined : answers.curves.find((each) => each.metric === metric);
  if (part === "importance") return answers.importance.find((each) => each.metric === metric && each.method === query.method);
  if (part === "contour") return answers.contours.find((each) => each.x?.name === query.x && each.y?.name === query.y && each.metric === metric);
  return answers[part];
}

export const offers = (where, query) => find(where, query) !== undefined;
export const absent = (id, part) => kept(id).left_out[part] || "";
export const overviews = () => experiments.map(({ id, answers }) => ({ ...answers.overview, id }));

export async function get(where, query = {}) {
  const found = find(where, query);
  if (found === undefined) throw refusal("This report leaves it out.", 404);
  if (found.error && found.status) throw refusal(found.error, found.status);
  return found;
}
