// Several objectives: the Pareto front among all trials, and how its hypervolume grew.
import { get } from "/assets/api.js";
import { axisChoice, lineChart } from "/assets/charts.js";
import { h, note, number, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { Plane } from "/assets/plane.js";
import { axisOf, isNumber } from "/assets/scales.js";

function pair(view, objectives) {
  const index = (name, otherwise) => {
    const at = objectives.findIndex((each) => each.metric === name);
    return at < 0 ? otherwise : at;
  };
  const x = index(view.x, 0);
  const y = index(view.y, x === 1 ? 0 : 1);
  return [x, y];
}

// Every trial with a finite value of both, and whether it is on the front.
function pointsOf(columns, answer, [x, y]) {
  const values = (index) => columns.columns.find((each) => each.kind === "objective" && each.name === answer.objectives[index].metric).values;
  const [xs, ys] = [values(x), values(y)];
  const front = new Set(answer.front.map((each) => each.trial));
  return columns.trials.map((trial, at) => ({ trial, x: xs[at], y: ys[at], front: front.has(trial) }))
    .filter((each) => isNumber(each.x) && isNumber(each.y)).sort((a, b) => a.front - b.front);
}

// What the front dominates lies behind these stairs.
function stairs(context, now, answer, [x, y], colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  answer.front.forEach(({ values }, index) => {
    if (index === 0) context.moveTo(now.toX(values[x]), now.toY(values[y]));
    else context.lineTo(now.toX(values[x]), now.toY(answer.front[index - 1].values[y]));
    context.lineTo(now.toX(values[x]), now.toY(values[y]));
  });
  context.stroke();
}

function paint(context, now, points, colours) {
  context.lineWidth = 1;
  context.strokeStyle = colours.quiet;
  context.fillStyle = colours.accent;
  for (const point of points) {
    context.beginPath();
    if (point.front) context.arc(now.toX(point.x), now.toY(point.y), 5, 0, 7);
    else context.rect(now.toX(point.x) - 2.5, now.toY(point.y) - 2.5, 5, 5);
    if (point.front) context.fill();
    else context.stroke();
  }
}

function under(now, points, px, py) {
  let [found, least] = [null, 9];
  for (const point of points) {
    const far = Math.hypot(now.toX(point.x) - px, now.toY(point.y) - py) - (point.front ? 1 : 0);
    if (far < least) [found, least] = [point, far];
  }
  return found;
}

function picture(name, columns, answer, view) {
  const [x, y] = pair(view, answer.objectives);
  const points = pointsOf(columns, answer, [x, y]);
  const [a, b] = [axisOf(points.map((each) => each.x), view.axis), axisOf(points.map((each) => each.y), view.axis)];
  if (!a || !b) return note("No trial has finite values of both objectives yet.");
  const [across, up] = [answer.objectives[x], answer.objectives[y]];
  const plane = new Plane({
    key: ["front", name, x, y, view.axis].join("/"), height: 440,
    label: `${points.length} trials by ${across.metric} and ${up.metric}, ${answer.front_count} of them on the front. The table below lists the front.`,
    axes: { x: { name: `${across.metric} (${across.mode})`, kind: a.kind, range: a.range }, y: { name: up.metric, kind: b.kind, range: b.range } },
    draw: (context, now, colours) => {
      if (answer.objectives.length === 2) stairs(context, now, answer, [x, y], colours.accent);
      paint(context, now, points, colours);
    },
    find: (now, px, py) => under(now, points, px, py),
    say: (point) => `trial ${point.trial}${point.front ? ", on the front" : ""}\n${across.metric} ${number(point.x)}\n${up.metric} ${number(point.y)}`,
    open: (point) => { location.hash = address([name, "trials", point.trial]); },
    mark: (context, now, point, colours) => {
      context.strokeStyle = colours.text;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(now.toX(point.x), now.toY(point.y), 9, 0, 7);
      context.stroke();
    },
  });
  const cut = a.cut || b.cut ? " Values far away from the others lie outside the picture." : "";
  return h("figure", {}, plane.element, h("figcaption", {}, `${up.metric} (${up.mode}) against ${across.metric} (${across.mode}). Full dots are the front, which no other trial dominates; squares are the other trials.`
    + ` A drag shows a part, a double click all of it; a click opens the trial.${cut}`));
}

function growth(answer) {
  const { hypervolume } = answer;
  if (!hypervolume) return note("The hypervolume is not worked out for so many objectives and trials.");
  const reference = hypervolume.reference.map((value, index) => `${answer.objectives[index].metric} ${number(value)}`).join(", ");
  return lineChart({ label: `The hypervolume of the front after each trial that entered it. Reference point: ${reference}.`,
    xName: "trial", yName: "hypervolume", points: hypervolume.points, steps: true });
}

function choices(view, objectives) {
  const [x, y] = pair(view, objectives);
  const select = (name, text, at) => h("label", {}, text, h("select", { name, onchange: (event) => change({ [name]: event.target.value }) },
    objectives.map((each, index) => h("option", { value: each.metric, selected: index === at }, each.metric))));
  return h("div", { class: "controls" }, objectives.length > 2 ? [select("x", "Across", x), select("y", "Upwards", y)] : null,
    axisChoice(view.axis, (axis) => change({ axis })));
}

export async function frontView(name, view, signal) {
  const where = path("experiments", name);
  const [answer, columns] = await Promise.all([get(where + "/front", {}, signal), get(where + "/columns", {}, signal)]);
  if (answer.objectives.length < 2) return [note("This experiment has one objective, so there is no front.")];
  if (answer.front.length === 0) return [note("No trial has a finite value of every objective yet.")];
  return [
    h("h2", {}, "Pareto front"), choices(view, answer.objectives), picture(name, columns, answer, view),
    h("h2", {}, `${answer.front_count} of ${answer.scored} trials are on the front`),
    table("Pareto front", [
      { heading: "Trial", cell: (row) => h("a", { href: address([name, "trials", row.trial]) }, String(row.trial)) },
      ...answer.objectives.map((each, index) => ({ heading: `${each.metric} (${each.mode})`, number: true, cell: (row) => number(row.values[index]) })),
    ], answer.front.slice(0, 500)),
    h("h2", {}, "Hypervolume"), growth(answer),
  ];
}
