// Which parameters matter for an objective or a metric: the share of each, with its interval, drawn.
import { get, offers } from "/assets/api.js";
import { h, note, number, svg, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { change } from "/assets/place.js";

const METHODS = {
  fanova: ["fANOVA", "What explains the variance over the whole space."],
  ped_anova: ["PED-ANOVA", "What sets the best tenth of the trials apart from all."],
};
const WIDTH = 200;
const HEIGHT = 18;

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// The share as a bar, its interval as a line over the end of it.
function bar({ share, low, high }) {
  const middle = HEIGHT / 2;
  return svg("svg", { class: "bar", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    svg("rect", { class: "share", x: 0, y: 3, width: WIDTH * share, height: HEIGHT - 6 }),
    svg("path", { class: "interval", d: `M${WIDTH * low} ${middle}H${WIDTH * high}M${WIDTH * low} 5v8M${WIDTH * high} 5v8` }));
}

function shares(caption, first, rows, best) {
  return table(caption, [
    { heading: first, cell: (row) => row.parameter || row.parameters.join(" × ") },
    { heading: "Share", number: true, cell: (row) => percent(row.share) },
    { heading: "", cell: bar },
    { heading: "Interval", number: true, cell: (row) => `${percent(row.low)} to ${percent(row.high)}` },
    ...(best ? [{ heading: best, words: true, cell: (row) => row.good }] : []),
  ], rows);
}

function select(name, text, options, shown) {
  return h("label", {}, text, h("select", { name, onchange: (event) => change({ [name]: event.target.value }) },
    options.map(([value, word]) => h("option", { value, selected: value === shown }, word))));
}

const WHY = { failed: "failed", stopped_early: "were stopped early", unfinished: "have not ended", too_short: "ended before", without_value: "have no finite value" };

function counted(answer) {
  const out = Object.entries(answer.left_out).filter(([, count]) => count > 0).map(([why, count]) => `${count} ${WHY[why] || why}`);
  const where = answer.iteration === null ? "" : ` at iteration ${answer.iteration}`;
  return `${number(answer.counted)} of ${number(answer.selected)} trials count${where}${out.length ? "; of the others " + out.join(", ") : ""}.`;
}

export async function importanceView(name, view, signal) {
  const where = path("experiments", name);
  const method = view.method in METHODS ? view.method : "fanova";
  const [answer, trials] = await Promise.all([
    get(where + "/importance", { metric: view.metric, method, pairs: method === "fanova" ? 1 : 0 }, signal),
    get(where + "/columns", { limit: 1 }, signal)]);
  const metrics = trials.columns.filter((each) => each.kind !== "parameter" && each.scale !== "category"
    && offers(where + "/importance", { metric: each.name, method })).map((each) => [each.name, each.name]);
  const choice = h("div", { class: "controls" }, select("metric", "Objective or metric", metrics, answer.metric),
    select("method", "Method", Object.entries(METHODS).map(([key, [word]]) => [key, word]), method));
  if (answer.reason) return [choice, note(`The parameters are not ranked: ${answer.reason}.`), note(counted(answer))];
  const pairs = answer.pairs.filter((each) => each.high > 0.005).slice(0, 10);
  return [
    choice, h("h2", {}, `What ${answer.metric} depends on`),
    note(METHODS[method][1] + " " + counted(answer)),
    shares("Importance of the parameters", "Parameter", answer.parameters, "Best values"),
    ...(pairs.length ? [h("h2", {}, "Interactions"), shares("Interactions of two parameters", "Parameters", pairs)] : []),
  ];
}
