// The pictures of a comparison: the best value so far of each group with its band, and where each
// experiment ended.
import { colourOf, takeLine } from "/assets/groups.js";
import { number } from "/assets/parts.js";
import { address } from "/assets/place.js";
import { Plane } from "/assets/plane.js";
import { axisOf, extent, isNumber } from "/assets/scales.js";

export const AGAINST = { trials: ["trials", 0], time_s: ["seconds", 1], resource: ["iterations of all trials", 2] };
const ROW = 38;

// Each step holds until the next: [at, centre, quartile, quartile, low, high] of the API.
const finiteSteps = (group, by) => group.curves[by].filter((step) => isNumber(step[1]));

// A single experiment's steps in the same form, but for the spread.
const stepsOf = (experiment, by) => experiment.points.map((point) => [point[AGAINST[by][1]], point[3]]).filter((step) => isNumber(step[1]));

function trace(context, now, steps) {
  context.beginPath();
  steps.forEach(([at, value], index) => {
    if (index === 0) context.moveTo(now.toX(at), now.toY(value));
    else context.lineTo(now.toX(at), now.toY(steps[index - 1][1]));
    context.lineTo(now.toX(at), now.toY(value));
  });
  context.stroke();
}

// What is infinite reaches to the edge.
function fillBand(context, now, steps, mode) {
  const [below, above] = [now.box.bottom, now.box.top];
  const low = (step) => (isNumber(step[4]) ? now.toY(step[4]) : mode === "min" ? above : below);
  const high = (step) => (isNumber(step[5]) ? now.toY(step[5]) : mode === "min" ? above : below);
  context.beginPath();
  steps.forEach((step, index) => {
    if (index > 0) context.lineTo(now.toX(step[0]), high(steps[index - 1]));
    context.lineTo(now.toX(step[0]), high(step));
  });
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    if (index < steps.length - 1) context.lineTo(now.toX(steps[index + 1][0]), low(steps[index]));
    context.lineTo(now.toX(steps[index][0]), low(steps[index]));
  }
  context.closePath();
  context.fill();
}

function paint(context, now, { lines, singles, mode }, colours) {
  for (const line of lines) {
    context.globalAlpha = 0.16;
    context.fillStyle = colourOf(colours, line.group);
    fillBand(context, now, line.steps, mode);
  }
  context.globalAlpha = 0.45;
  for (const line of singles) {
    takeLine(context, colours, line.group, 1);
    trace(context, now, line.steps);
  }
  context.globalAlpha = 1;
  for (const line of lines) {
    takeLine(context, colours, line.group, 2.5);
    trace(context, now, line.steps);
  }
  context.setLineDash([]);
}

// The line within a few pixels of a place, and its step there.
function under(now, lines, px, py) {
  const at = now.toX.back(px);
  let [found, least] = [null, 10];
  for (const line of lines) {
    const after = line.steps.findIndex((step) => step[0] > at);
    const step = line.steps[(after < 0 ? line.steps.length : after) - 1];
    const far = step && (after >= 0 || at <= step[0]) ? Math.abs(now.toY(step[1]) - py) : Infinity;
    if (far < least) [found, least] = [{ line, step }, far];
  }
  return found;
}

function said({ line, step }, name, unit) {
  const spread = step.length > 2 ? `, 95 % band ${number(step[4])} to ${number(step[5])}` : "";
  return `${line.name}\nfrom ${number(step[0])} ${unit}: ${name} ${number(step[1])}${spread}`;
}

// The best so far against `by`; null: nothing finite. shown: whether single experiments are drawn.
export function curvesPicture(answer, by, kind, shown) {
  const lines = answer.groups.map((each, group) => ({ name: each.group, group, steps: finiteSteps(each, by) })).filter((each) => each.steps.length > 0);
  const singles = shown ? answer.experiments.map((each) => ({ name: each.id, id: each.id, group: each.group, steps: stepsOf(each, by) }))
    .filter((each) => each.steps.length > 0) : [];
  const values = [...lines.flatMap((each) => each.steps.flatMap((step) => [step[1], step[4], step[5]])), ...singles.flatMap((each) => each.steps.map((step) => step[1]))];
  const axis = axisOf(values.filter(isNumber), kind);
  if (!axis) return null;
  const [unit] = AGAINST[by];
  const end = extent([...lines, ...singles].flatMap((each) => each.steps.map((step) => step[0])))[1];
  const plane = new Plane({
    key: ["compare", answer.experiments.map((each) => each.id).join(), by, kind].join("/"), height: 420,
    label: `${answer.name} so far of ${lines.length} groups against ${unit}. The numbers are in the table below.`,
    axes: { x: { name: unit, kind: "linear", range: [0, end || 1] }, y: { name: answer.name, kind: axis.kind, range: axis.range } },
    draw: (context, now, colours) => paint(context, now, { lines, singles, mode: answer.mode }, colours),
    find: (now, px, py) => under(now, [...lines, ...singles], px, py),
    say: (it) => said(it, answer.name, unit),
    open: ({ line }) => { if (line.id) location.hash = address([line.id]); },
    mark: (context, now, { line }, colours) => {
      takeLine(context, colours, line.group, 4);
      trace(context, now, line.steps);
    },
  });
  return { element: plane.element, axis };
}

// Points of a row stand above and below each other, so that equal ones are seen.
const spread = (index) => (((index * 37) % 17) / 16 - 0.5) * 0.5;

const short = (text) => (text.length > 9 ? text.slice(0, 8) + "…" : text);

// Where each experiment ended; null: nothing finite.
export function finalsPicture(answer, kind) {
  const points = answer.groups.flatMap(({ finals, experiments }, row) => finals.map((value, index) => ({ row, value,
    id: answer.measure === "rank" ? "" : experiments[index], y: row + 1 + (finals.length > 1 ? spread(index) : 0) }))).filter((each) => isNumber(each.value));
  const axis = axisOf(points.map((each) => each.value), kind);
  if (!axis) return null;
  const rows = answer.groups.length;
  const plane = new Plane({
    key: ["finals", answer.experiments.map((each) => each.id).join(), kind].join("/"), height: rows * ROW + 70, sideways: true,
    label: `${answer.name} at the end of each experiment, in ${rows} rows of groups. The table of groups has the numbers.`,
    axes: { x: { name: `${answer.name} at the end`, kind: axis.kind, range: axis.range },
      y: { name: "", kind: "linear", range: [rows + 0.5, 0.5], ticks: answer.groups.map((_, row) => row + 1), text: (row) => short(answer.groups[row - 1].group) } },
    draw: (context, now, colours) => paintFinals(context, now, answer, points, colours),
    find: (now, px, py) => nearestOf(now, points, px, py),
    say: ({ id, row, value }) => `${id || answer.groups[row].group}\n${answer.name} ${number(value)}`,
    open: ({ id }) => { if (id) location.hash = address([id]); },
  });
  return plane.element;
}

function nearestOf(now, points, px, py) {
  let [found, least] = [null, 9];
  for (const point of points) {
    const far = Math.hypot(now.toX(point.value) - px, now.toY(point.y) - py);
    if (far < least) [found, least] = [point, far];
  }
  return found;
}

function paintFinals(context, now, answer, points, colours) {
  const size = Math.min(12, Math.abs(now.toY(2) - now.toY(1)) / 3);
  answer.groups.forEach(({ final }, group) => {
    if (!final || !isNumber(final.centre)) return;
    const y = now.toY(group + 1);
    const at = (value) => (isNumber(value) ? now.toX(value) : value === "Infinity" ? now.box.right : now.box.left);
    context.fillStyle = context.strokeStyle = colourOf(colours, group);
    context.globalAlpha = 0.2;
    context.fillRect(at(final.quartile_1), y - size, Math.max(1, at(final.quartile_3) - at(final.quartile_1)), 2 * size);
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(at(final.low), y);
    context.lineTo(at(final.high), y);
    context.moveTo(at(final.centre), y - size);
    context.lineTo(at(final.centre), y + size);
    context.stroke();
  });
  for (const point of points) {
    context.fillStyle = colourOf(colours, point.row);
    context.globalAlpha = 0.7;
    context.beginPath();
    context.arc(now.toX(point.value), now.toY(point.y), 3, 0, 7);
    context.fill();
  }
  context.globalAlpha = 1;
}
