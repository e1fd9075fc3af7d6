// How parameters and objectives go together: parallel coordinates, slices, and the trials chosen in
// them.
import { get } from "/assets/api.js";
import { axisChoice } from "/assets/charts.js";
import { axisOfColumn, textOn } from "/assets/columns.js";
import { Parallel } from "/assets/parallel.js";
import { h, note, number, state, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change, remember } from "/assets/place.js";
import { ordered, readSelection, writeSelection } from "/assets/selection.js";
import { Slices } from "/assets/slices.js";

const LISTED = 100;
const MOST_SLICES = 24;
const METRICS = 4;  // beside the objectives

function shownAxes(all) {
  const metrics = all.filter((each) => each.kind === "metric" && !each.names).slice(0, METRICS);
  return all.filter((each) => each.kind !== "metric" || metrics.includes(each));
}

function listed(name, answer, axes, parallel) {
  const best = [...parallel.best.keys()].filter((index) => parallel.mask[index])
    .sort((a, b) => (parallel.best[a] - parallel.best[b]) || (Number.isNaN(parallel.best[a]) - Number.isNaN(parallel.best[b])) || a - b);
  const rows = best.slice(0, LISTED);
  const said = `${best.length} of ${answer.trials.length} trials are chosen` + (best.length > rows.length ? `; the best ${rows.length} of them:` : best.length ? ", the best first:" : ".");
  if (rows.length === 0) return [note(said, " Clear the choice to see them all.")];
  return [note(said), table("Chosen trials", [
    { heading: "trial", cell: (row) => h("a", { href: address([name, "trials", answer.trials[row]]) }, String(answer.trials[row])) },
    { heading: "state", cell: (row) => state(answer.states[row]) },
    ...[...axes].sort((a, b) => (b.kind === "objective") - (a.kind === "objective")).map((axis) => (
      { heading: axis.name, number: !axis.names, cell: (row) => number(axis.values[row]) })),
  ], rows, (row) => answer.states[row])];
}

// The same choice without a pointer: what is chosen on each axis, and its place.
function axesTable(parallel) {
  const { selection } = parallel;
  const bound = (axis, end) => h("input", {
    name: `bound ${end} ${axis.name}`, "aria-label": `${end ? "to" : "from"}, for ${axis.name}`, size: "10", inputmode: "decimal",
    value: selection.brush.has(axis.name) ? String(selection.brush.get(axis.name)[end]) : "",
    onchange: (event) => setBound(parallel, axis, end, event.target.value) });
  const shift = (axis, by, text) => h("button", { type: "button", "aria-label": `${text} ${axis.name}`, onclick: () => moveAxis(parallel, axis, by) }, by < 0 ? "◀" : "▶");
  return h("details", { class: "axes" }, h("summary", {}, "Axes and what is chosen on them"), table("Axes", [
    { heading: "Axis", cell: (axis) => axis.name },
    { heading: "From", cell: (axis) => bound(axis, 0) },
    { heading: "To", cell: (axis) => bound(axis, 1) },
    { heading: "Whole range", cell: (axis) => (axis.names ? axis.names.map((each, at) => `${at}: ${each}`).slice(0, 12).join(", ") : `${textOn(axis, axis.range[0])} to ${textOn(axis, axis.range[1])}`) },
    { heading: "Place", cell: (axis) => h("span", { class: "controls" }, shift(axis, -1, "to the left:"), shift(axis, 1, "to the right:")) },
  ], parallel.axes));
}

function setBound(parallel, axis, end, text) {
  const { brush } = parallel.selection;
  const range = brush.get(axis.name) || axis.range.map(axis.back);
  const value = text.trim() === "" ? axis.back(axis.range[end]) : Number(text);
  if (!Number.isFinite(value)) return;
  range[end] = value;
  brush.set(axis.name, range);
  parallel.done();
}

function moveAxis(parallel, axis, by) {
  const from = parallel.axes.indexOf(axis);
  const to = Math.min(parallel.axes.length - 1, Math.max(0, from + by));
  parallel.axes.splice(to, 0, ...parallel.axes.splice(from, 1));
  parallel.selection.order = parallel.axes.map((each) => each.name);
  parallel.done();
}

function controls(parallel, axes) {
  const { selection } = parallel;
  const top = h("input", { type: "range", name: "top", min: "1", max: "100", value: String(selection.top), oninput: (event) => {
    selection.top = Number(event.target.value);
    parallel.done();
  } });
  const colour = h("select", { name: "colour", onchange: (event) => {
    selection.colour = event.target.value;
    parallel.colourBy(selection.colour);
    parallel.done();
  } }, axes.map((axis) => h("option", { value: axis.name, selected: axis === parallel.coloured }, axis.name)));
  const clear = h("button", { type: "button", onclick: () => change({ brush: "", top: "", order: "", colour: "" }) }, "Clear");
  return h("div", { class: "controls" }, h("label", {}, "Coloured by", colour),
    h("label", {}, h("span", { class: "share" }, `The best ${selection.top} %`), top), clear);
}

const HELP = "Each line is a trial, the better the bluer. A drag along an axis chooses a range of it, a click on the axis lets go of it, "
  + "and a drag of its name moves it; a double click lets go of all. A click on a line opens the trial.";

export async function parametersView(name, view, signal) {
  const answer = await get(path("experiments", name) + "/columns", {}, signal);
  if (answer.trials.length === 0) return [note("No trial has been added yet.")];
  const all = shownAxes(answer.columns.map(axisOfColumn));
  const selection = readSelection(view);
  const below = h("div", {});
  const axesBox = h("div", {});
  const open = (trial) => { location.hash = address([name, "trials", trial]); };
  let slices = null;
  const show = () => {
    below.replaceChildren(...listed(name, answer, all, parallel));
    const wasOpen = axesBox.querySelector("details")?.open;
    const field = document.activeElement?.name;
    axesBox.replaceChildren(axesTable(parallel));
    axesBox.firstChild.open = Boolean(wasOpen);
    if (field?.startsWith("bound ")) axesBox.querySelector(`[name="${CSS.escape(field)}"]`)?.focus();
  };
  const changed = (now, mask) => {
    remember(writeSelection(now));
    box.querySelector(".share").textContent = `The best ${now.top} %`;
    slices?.refresh(mask);
    show();
  };
  const parallel = new Parallel(all, answer.trials, selection, { changed, open,
    label: `Parallel coordinates of ${answer.trials.length} trials over ${all.length} axes. The table below lists the chosen trials.` });
  const box = controls(parallel, all);
  show();
  const objective = all.find((each) => each.name === view.slice) || all.find((each) => each.kind === "objective");
  const parameters = ordered(all, selection.order).filter((each) => each.kind === "parameter").slice(0, MOST_SLICES);
  slices = new Slices(parameters, objective, view.axis, { trials: answer.trials, mask: parallel.mask, share: parallel.share, drawn: parallel.drawn, open });
  const bounded = answer.trials.length < answer.total ? note(`The first ${answer.trials.length} of ${answer.total} trials.`) : null;
  const objectives = all.filter((each) => each.kind !== "parameter" && !each.names);
  return [
    h("h2", {}, "Parallel coordinates"), bounded, box, h("figure", {}, parallel.element, h("figcaption", {}, HELP)), axesBox,
    h("h2", {}, `${objective.name} against each parameter`),
    h("div", { class: "controls" }, h("label", {}, "Objective or metric", h("select", { name: "slice", onchange: (event) => change({ slice: event.target.value }) },
      objectives.map((each) => h("option", { value: each.name, selected: each === objective }, each.name)))),
    axisChoice(view.axis, (axis) => change({ axis }))),
    h("figure", {}, slices.element, h("figcaption", {}, "Each point is a trial; trials that are not chosen are pale rings."
      + (slices.cut ? " Values far away from the others lie outside the pictures." : ""))),
    h("h2", {}, "Chosen trials"), below,
  ];
}
