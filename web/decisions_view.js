// The rungs of a scheduler: at each the values of the trials, the cutoff, which trials continued and which did not.
import { get } from "/assets/api.js";
import { axisChoice } from "/assets/charts.js";
import { drawMark, legend } from "/assets/marks.js";
import { h, note, number, plugin, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { Plane } from "/assets/plane.js";
import { axisOf, extent, isNumber } from "/assets/scales.js";

const MOST_COLUMNS = 12;  // with more places, they stand along an axis
const LISTED = 200;

const OUTCOMES = {
  continue: "continued", resume: "continued", checkpoint: "continued", pause: "waits", stop: "stopped", complete: "completed",
};
const KINDS = ["continued", "waits", "stopped", "completed"];

// The rungs from the lowest, each with its entries in the order of the decisions.
function rungsOf(entries) {
  const rungs = new Map();
  for (const each of entries) {
    if (!rungs.has(each.rung)) rungs.set(each.rung, []);
    rungs.get(each.rung).push(each);
  }
  return [...rungs].sort((a, b) => a[0] - b[0]).map(([rung, list]) => ({ rung, entries: list }));
}

// Places and heights: trials of a rung side by side, in the order in which they arrived.
function laidOut(rungs, ranked) {
  const inColumns = rungs.length <= MOST_COLUMNS;
  return rungs.flatMap(({ rung, entries }, column) => entries.map((entry, index) => ({
    entry, outcome: OUTCOMES[entry.decision] || entry.decision, column,
    x: inColumns ? column - 0.42 + 0.84 * ((index + 0.5) / entries.length) : rung,
    y: ranked ? entry.rank : isNumber(entry.value) ? entry.value : null, cutoff: ranked ? entry.kept : entry.cutoff,
  })));
}

// Between the worst that continued and the best that did not, where the log has ranks only.
function bounds(rungs, mode) {
  const sign = mode === "max" ? -1 : 1;
  return rungs.map(({ entries }) => {
    const of = (...words) => extent(entries.filter((each) => words.includes(OUTCOMES[each.decision]) && each.value !== null).map((each) => sign * each.value));
    const [on, out] = [of("continued", "completed"), of("stopped", "waits")];
    return entries.some((each) => each.cutoff !== null) || !on || !out || on[1] > out[0] ? null : sign * (on[1] + out[0]) / 2;
  });
}

function drawColumns(context, now, rungs, colours) {
  context.fillStyle = colours.raised;
  context.globalAlpha = 0.6;
  rungs.forEach((_, column) => {
    const [from, to] = [now.toX(column - 0.46), now.toX(column + 0.46)];
    if (column % 2 === 0) context.fillRect(from, now.box.top, to - from, now.box.bottom - now.box.top);
  });
  context.globalAlpha = 1;
}

function drawCutoffs(context, now, points, inColumns, colours) {
  context.strokeStyle = colours.text;
  context.lineWidth = 1.5;
  context.setLineDash([5, 3]);
  context.beginPath();
  points.forEach((point, index) => {
    if (!isNumber(point.cutoff)) return;
    const before = points[index - 1];
    const [px, py] = [now.toX(point.x), now.toY(point.cutoff)];
    const goesOn = inColumns && before && before.column === point.column && isNumber(before.cutoff);
    if (goesOn) context.lineTo(px, now.toY(before.cutoff));
    else context.moveTo(px - 6, py);
    context.lineTo(px, py);
    context.lineTo(px + 6, py);
  });
  context.stroke();
}

function drawBounds(context, now, limits) {
  context.beginPath();
  limits.forEach((limit, column) => {
    if (limit === null) return;
    context.moveTo(now.toX(column - 0.46), now.toY(limit));
    context.lineTo(now.toX(column + 0.46), now.toY(limit));
  });
  context.stroke();
  context.setLineDash([]);
}

function paint(context, now, { rungs, points, inColumns, limits }, colours) {
  if (inColumns) drawColumns(context, now, rungs, colours);
  drawCutoffs(context, now, points, inColumns, colours);
  if (inColumns) drawBounds(context, now, limits);
  context.setLineDash([]);
  const size = points.length > 600 ? 2.5 : 4;
  for (const point of points) {
    if (point.y !== null) drawMark(context, point.outcome, now.toX(point.x), now.toY(point.y), size, colours);
    else drawMark(context, "stopped", now.toX(point.x), now.box.bottom - 6, size, colours);
  }
}

function under(now, points, px, py) {
  let [found, least] = [null, 10];
  for (const point of points) {
    const far = Math.hypot(now.toX(point.x) - px, (point.y === null ? now.box.bottom - 6 : now.toY(point.y)) - py);
    if (far < least) [found, least] = [point, far];
  }
  return found;
}

function said({ entry, outcome }) {
  return `trial ${entry.trial}: ${outcome}\n${entry.reason}`;
}

function picture(name, answer, view) {
  const rungs = rungsOf(answer.entries);
  const ranked = !answer.entries.some((each) => isNumber(each.value));
  const inColumns = rungs.length <= MOST_COLUMNS;
  const points = laidOut(rungs, ranked);
  const axis = axisOf(points.flatMap((each) => [each.y, each.cutoff]).filter(isNumber), view.axis);
  const places = rungs.map((each) => each.rung);
  const along = inColumns ? { kind: "linear", range: [-0.5, rungs.length - 0.5], ticks: [...places.keys()], text: (at) => number(places[at]) }
    : axisOf(places, places[0] > 0 ? "log" : "linear");
  if (!axis) return { element: note("None of the values is a finite number."), axis: {}, points, rungs };
  const data = { rungs, points, inColumns, limits: ranked ? [] : bounds(rungs, answer.mode) };
  const plane = new Plane({
    key: ["rungs", name, view.axis].join("/"), height: 440,
    label: `${points.length} decisions at ${rungs.length} rungs. The tables below have their numbers.`,
    axes: { x: { name: inColumns ? "rung; within it, trials in the order of the decisions" : "time of the decision", ...along },
      y: { name: ranked ? "rank" : answer.metric, kind: axis.kind, range: axis.range } },
    draw: (context, now, colours) => paint(context, now, data, colours),
    find: (now, px, py) => under(now, points, px, py),
    say: said,
    open: ({ entry }) => { location.hash = address([name, "trials", entry.trial]); },
    mark: (context, now, point, colours) => {
      context.strokeStyle = colours.text;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(now.toX(point.x), point.y === null ? now.box.bottom - 6 : now.toY(point.y), 8, 0, 7);
      context.stroke();
    },
  });
  return { element: plane.element, axis, points, rungs };
}

function summary(rungs, answer) {
  const count = (entries, word) => entries.filter((each) => (OUTCOMES[each.decision] || "") === word).length;
  const best = (entries) => {
    const all = extent(entries.map((each) => each.value));
    return all ? all[answer.mode === "max" ? 1 : 0] : null;
  };
  const cutoff = (entries) => entries.filter((each) => each.cutoff !== null).at(-1)?.cutoff ?? null;
  return table("Rungs", [
    { heading: "Rung", number: true, cell: (row) => number(row.rung) },
    { heading: "Trials", number: true, cell: (row) => number(row.entries.length) },
    ...KINDS.map((word) => ({ heading: word[0].toUpperCase() + word.slice(1), number: true, cell: (row) => number(count(row.entries, word)) })),
    { heading: `Best ${answer.metric}`, number: true, cell: (row) => number(best(row.entries)) },
    { heading: "Last cutoff", number: true, cell: (row) => number(cutoff(row.entries)) },
  ], rungs);
}

function listed(name, entries) {
  const rows = entries.slice(-LISTED).reverse();
  return h("details", {}, h("summary", {}, rows.length < entries.length ? `The last ${rows.length} decisions` : "The decisions"), table("Decisions", [
    { heading: "Trial", cell: (row) => h("a", { href: address([name, "trials", row.trial]) }, String(row.trial)) },
    { heading: "Rung", number: true, cell: (row) => number(row.rung) },
    { heading: "Value", number: true, cell: (row) => number(row.value) },
    { heading: "Cutoff", number: true, cell: (row) => number(row.cutoff) },
    { heading: "Outcome", cell: (row) => OUTCOMES[row.decision] || row.decision },
    { heading: "Reason", words: true, cell: (row) => row.reason },
    { heading: "By", cell: (row) => row.by },
  ], rows));
}

function caption(answer, axis, points) {
  return [
    `Each mark is a trial at a rung; ${answer.mode === "max" ? "larger" : "smaller"} values of ${answer.metric} are better. A dashed line is the cutoff.`,
    answer.entries.length < answer.entry_count ? `The last ${answer.entries.length} of ${answer.entry_count} decisions.` : "",
    points.some((each) => each.y === null) ? "Marks at the lower edge had no finite value." : "",
    axis.cut ? "Values far away from the others lie outside the picture." : "",
    axis.refused ? "Not all values are above 0, so the axis is linear." : "",
    "A drag shows a part of the picture, a double click all of it; a click opens the trial.",
  ].filter(Boolean).join(" ");
}

export async function decisionsView(name, view, signal) {
  const answer = await get(path("experiments", name) + "/rungs", {}, signal);
  const head = [h("h2", {}, "Rungs"), note(`Scheduler: ${plugin(answer.scheduler)}`)];
  if (answer.entries.length === 0) {
    return [...head, note("No decision that rests on numbers has been made"
      + (answer.scheduler.startsWith("fifo") ? ": this scheduler stops no trial." : " yet."))];
  }
  const { element, axis, points, rungs } = picture(name, answer, view);
  return [
    ...head, h("div", { class: "controls" }, axisChoice(view.axis, (kind) => change({ axis: kind })), legend(KINDS.filter((word) => points.some((each) => each.outcome === word)))),
    h("figure", {}, element, h("figcaption", {}, caption(answer, axis, points))),
    rungs.length <= MOST_COLUMNS * 3 ? summary(rungs, answer) : null, listed(name, answer.entries),
  ];
}
