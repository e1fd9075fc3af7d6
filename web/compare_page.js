// Experiments side by side, as `luthier compare` has them.
import { SERVED, get } from "/assets/api.js";
import { axisChoice } from "/assets/charts.js";
import { AGAINST, curvesPicture, finalsPicture } from "/assets/compare_picture.js";
import { sign } from "/assets/groups.js";
import { duration, h, note, number, table } from "/assets/parts.js";
import { address, change, comparison } from "/assets/place.js";
import { isNumber } from "/assets/scales.js";

const LISTED = 200;
const EVERY_MS = 10000;  // while one of them is not finished

const figure = (value) => (isNumber(value) ? number(Number(value.toPrecision(4))) : "–");
const between = (low, high) => (isNumber(low) || isNumber(high) ? `${figure(low)} to ${figure(high)}` : "–");
const pText = (p) => (p < 0.0001 ? "< 0.0001" : number(Number(p.toPrecision(3))));
const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const sentence = (text) => capital(text) + (text.endsWith(".") ? "" : ".");
const sentences = (all, kind) => (all.length ? h("ul", { class: kind }, all.map((each) => h("li", {}, sentence(each)))) : null);

function lead(answer) {
  const task = answer.tasks.length > 1 ? `, ${answer.tasks.length} tasks` : answer.tasks[0].task ? `, task ${answer.tasks[0].task}` : "";
  const optimum = answer.tasks.length === 1 && answer.tasks[0].optimum !== null ? `, optimum ${figure(answer.tasks[0].optimum)}` : "";
  return note(`${counted(answer.experiments.length, "experiment")} in ${counted(answer.groups.length, "group")}, ${answer.metric} ${answer.mode === "min" ? "minimised" : "maximised"}${task}${optimum}.`);
}

function groupChoice(view, answer) {
  const named = [["", "scheduler, searcher and jobs"], ["scheduler", "scheduler"], ["searcher", "searcher"], ["jobs", "jobs"], ["experiment", "nothing: each alone"],
    ...answer.tags.map((tag) => [tag, `the tag ${tag}`])];
  return h("label", {}, "Grouped by", h("select", { name: "by", onchange: (event) => change({ by: event.target.value }) },
    named.map(([value, text]) => h("option", { value, selected: value === (view.by || "") }, text))));
}

function controls(view, answer, by, kind) {
  const single = answer.experiments.some((each) => each.points.length > 0);
  return h("div", { class: "controls" },
    h("label", {}, "Against", h("select", { name: "x", onchange: (event) => change({ x: event.target.value }) },
      Object.entries(AGAINST).map(([value, [text]]) => h("option", { value, selected: value === by }, text)))),
    axisChoice(kind, (axis) => change({ axis })), SERVED && groupChoice(view, answer),
    single && h("label", { class: "check" }, h("input", { type: "checkbox", name: "singles", checked: view.singles === "1",
      onchange: (event) => change({ singles: event.target.checked ? "1" : "" }) }), "Single experiments"));
}

// Those of `some` that are evenly spaced, the last among them.
function thinned(some, most) {
  const stride = Math.ceil(some.length / most);
  return some.filter((_, index) => (some.length - 1 - index) % stride === 0);
}

function numbers(answer, by) {
  const [unit] = AGAINST[by];
  const rows = answer.groups.flatMap((group) => thinned(group.curves[by], Math.max(2, Math.floor(LISTED / answer.groups.length))).map((step) => ({ group: group.group, step })));
  return h("details", {}, h("summary", {}, "The numbers"), table("Curves", [
    { heading: "Group", cell: (row) => row.group },
    { heading: `From ${unit}`, number: true, cell: (row) => figure(row.step[0]) },
    { heading: capital(answer.centre), number: true, cell: (row) => number(row.step[1]) },
    { heading: "Quartiles", number: true, cell: ({ step }) => between(step[2], step[3]) },
    { heading: "95 % band", number: true, cell: ({ step }) => between(step[4], step[5]) },
  ], rows));
}

function groups(answer) {
  const seeds = (row) => new Set(answer.experiments.filter((each) => answer.groups[each.group] === row).map((each) => each.seed)).size;
  return table("Groups", [
    { heading: "Group", cell: (row) => h("span", { class: "group" }, sign(answer.groups.indexOf(row)), row.group) },
    { heading: "Experiments", number: true, cell: (row) => number(row.experiments.length) },
    { heading: "Seeds", number: true, cell: (row) => number(seeds(row)) },
    { heading: capital(answer.centre), number: true, cell: (row) => figure(row.final?.centre) },
    { heading: "Quartiles", number: true, cell: (row) => between(row.final?.quartile_1, row.final?.quartile_3) },
    { heading: "95 % band", number: true, cell: (row) => between(row.final?.low, row.final?.high) },
    { heading: "Rank", number: true, cell: (row) => figure(row.mean_rank) },
    { heading: "Trials", number: true, cell: (row) => figure(row.trials) },
    { heading: "Time", number: true, cell: (row) => duration(row.time_s) },
    { heading: "Iterations", number: true, cell: (row) => figure(row.resource) },
  ], answer.groups);
}

function effect({ effect: it }, measure) {
  return it ? `${figure(it.centre)}${measure === "relative_regret" ? " times" : ""} (${between(it.low, it.high)})` : "–";
}

function pairs(answer) {
  if (answer.pairs.length === 0) return [];
  const tested = (cell) => (row) => (row.pairs ? cell(row) : "–");
  return [h("h2", {}, "Which is better"), table("Which is better", [
    { heading: "First", cell: (row) => row.first },
    { heading: "Second", cell: (row) => row.second },
    { heading: "Matched seeds", number: true, cell: (row) => number(row.pairs) },
    { heading: "Better, equal, worse", number: true, cell: tested((row) => `${row.wins}, ${row.ties}, ${row.losses}`) },
    { heading: answer.measure === "relative_regret" ? "Ratio (95 % band)" : "Difference (95 % band)", number: true, cell: (row) => effect(row, answer.measure) },
    { heading: "p", number: true, cell: tested((row) => pText(row.p)) },
    { heading: "Corrected p", number: true, cell: tested((row) => pText(row.corrected_p)) },
    { heading: "Reading", cell: (row) => (row.better ? h("strong", {}, `${row.better} is better`) : row.pairs ? "no difference shown" : "not tested") },
  ], answer.pairs)];
}

function tasks(answer) {
  if (answer.tasks.length < 2) return [];
  return [h("h2", {}, "Task by task"), note(`Median ${answer.measure === "relative_regret" ? "regret of " : ""}${answer.metric} at the end.`),
    table("Tasks", [{ heading: "Task", cell: (row) => row.task || "all" },
      ...answer.groups.map((each, at) => ({ heading: each.group, number: true, cell: (row) => figure(row.groups[at]?.centre) }))], answer.tasks)];
}

function experiments(answer) {
  const final = (row) => (row.points.length ? number(row.points[row.points.length - 1][3]) : "–");
  return [h("h2", {}, "Experiments"), table("Compared experiments", [
    { heading: "Experiment", cell: (row) => h("a", { href: address([row.id]) }, row.id) },
    { heading: "Group", cell: (row) => answer.groups[row.group].group },
    { heading: "Seed", number: true, cell: (row) => number(row.seed) },
    { heading: `${answer.name} at the end`, number: true, cell: final },
    { heading: "State", cell: (row) => (row.finished ? "finished" : "not finished") },
  ], answer.experiments)];
}

// Regret that falls tenfold is only seen in powers of ten.
function usualAxis(answer) {
  const all = answer.groups.flatMap((each) => Object.values(each.curves).flat().map((step) => step[1])).filter(isNumber);
  const low = all.reduce((least, each) => Math.min(least, each), Infinity);
  return answer.measure.endsWith("regret") && low > 0 && all.some((each) => each > 10 * low) ? "log" : "linear";
}

function pictures(answer, view) {
  const by = view.x in AGAINST ? view.x : "trials";
  const kind = view.axis || usualAxis(answer);
  const curves = curvesPicture(answer, by, kind, view.singles === "1");
  if (!curves) return [controls(view, answer, by, kind), note(`No curve: ${answer.measure === "rank" ? "no task and seed is in every group" : `no experiment has a finite ${answer.metric}`}.`)];
  const single = view.singles === "1" ? ` Thin lines are the single experiments${answer.experiments.length ? ", a click opens one" : ""}.` : "";
  const cut = curves.axis.cut ? " Values far away from the others lie outside the picture." : "";
  const refused = curves.axis.refused ? " Not all values are above 0, so the axis is linear." : "";
  const ends = finalsPicture(answer, kind);
  return [
    controls(view, answer, by, kind), h("ul", { class: "legend" }, answer.groups.map((each, index) => h("li", {}, sign(index), each.group))),
    h("figure", {}, curves.element, h("figcaption", {}, `Each line is the ${answer.centre} of a group, the area around it the 95 % band of that.${single}${cut}${refused} A drag shows a part of the picture, a double click all of it.`),
      numbers(answer, by)),
    ends && h("h2", {}, "Where they ended"),
    ends && h("figure", {}, ends, h("figcaption", {}, `Each point is ${answer.measure === "rank" ? "a task and seed" : "an experiment"}; the box is the middle half, the tick the ${answer.centre}, the line its 95 % band.`)),
  ];
}

function heading(answer) {
  return [h("h1", {}, `Comparison by ${answer.name}`), lead(answer)];
}

// What a comparison's answer has to show.
export function compared(answer, view) {
  if (answer.reason) return [h("h1", {}, "Comparison"), note(answer.reason)];
  const nothing = answer.groups.every((group) => !isNumber(group.final?.centre) && !group.finals.some(isNumber));
  if (nothing && answer.measure !== "rank") {
    return [...heading(answer), note(`None of these experiments has a finite ${answer.metric} yet, so there is nothing to compare.`), ...experiments(answer)];
  }
  return [
    ...heading(answer), sentences(answer.warnings, "warnings"), h("h2", {}, "Best so far"), ...pictures(answer, view), h("h2", {}, "Groups at the end"), groups(answer),
    ...pairs(answer), ...tasks(answer), ...experiments(answer), h("h2", {}, "How the numbers were made"), sentences(answer.notes, "notes"),
    note("The same in a terminal: ", h("code", {}, answer.command)),
  ].filter(Boolean);
}

export async function comparePage(names, view, signal) {
  const trail = [["Comparison", comparison(names)]];
  try {
    const answer = await get("/comparison", { experiment: names, by: view.by, at: view.at, optimum: view.optimum }, signal);
    return { title: `Comparison by ${answer.name}`, trail, every: answer.experiments.some((each) => !each.finished) ? EVERY_MS : 0, parts: compared(answer, view) };
  } catch (error) {
    if (!error.status) throw error;
    const back = view.by ? h("p", {}, h("a", { href: comparison(names) }, "Compare them by scheduler, searcher and jobs")) : h("p", {}, h("a", { href: "#/" }, "Choose others"));
    return { title: "Comparison", trail, every: 0, parts: [h("h1", {}, "Comparison"), h("div", { class: "problem", role: "alert" }, h("p", {}, sentence(error.message))), back] };
  }
}
