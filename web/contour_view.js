// A metric over two parameters: filled cells, and the trials that they are interpolated from.
import { SERVED, get, offers } from "/assets/api.js";
import { h, note, number, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { Plane, canvas, paints, ramp } from "/assets/plane.js";
import { isNumber, quantile, tickText, ticks } from "/assets/scales.js";

const LISTED = 100;
const METRICS = 20;

const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// How values of an axis become units of the picture: of a log axis powers of ten.
function axisOf(axis) {
  if (axis.choices) {
    const count = axis.choices.length;
    return { name: axis.name, count, range: [-0.5, count - 0.5], forth: (place) => place, bands: true,
      ticks: axis.choices.map((_, at) => at).filter((at) => at % Math.ceil(count / 16) === 0), text: (at) => textOf(axis.choices[at]).slice(0, 10), said: (place) => textOf(axis.choices[place]) };
  }
  const log = axis.scale === "log";
  const [forth, back] = log ? [Math.log10, (unit) => 10 ** unit] : [(value) => value, (unit) => unit];
  return { name: axis.name + (log ? " (log)" : ""), range: axis.range.map(forth), forth, bands: false, back,
    ticks: ticks(axis.scale, axis.range, 6).map(forth), text: (unit) => tickText(Number(back(unit).toPrecision(6))), said: (value) => number(value) };
}

// The edges of cells: bands are whole units wide.
function edges(axis, cells) {
  const [low, high] = axis.range;
  return Array.from({ length: cells + 1 }, (_, at) => (axis.bands ? at - 0.5 : low + ((high - low) * at) / cells));
}

// The share of the trials that are better than a value: the colour that other pictures would give it.
function sharer(answer) {
  const sorted = Float64Array.from(answer.points.map((each) => each[3]).filter(isNumber)).sort();
  const part = (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return sorted.length > 1 ? Math.min(1, low / (sorted.length - 1)) : 0;
  };
  return { sorted, share: answer.mode === "max" ? (value) => 1 - part(value) : part };
}

// Lines from corner to corner over what has no trial near.
function hatch(context, boxes, colour) {
  context.save();
  context.beginPath();
  boxes.forEach((box) => context.rect(...box));
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  const [width, height] = [context.canvas.clientWidth, context.canvas.clientHeight];
  for (let x = -height; x < width; x += 8) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

function paintCells(context, now, { answer, xs, ys, share }, colours) {
  const empty = [];
  answer.values.forEach((row, r) => row.forEach((value, c) => {
    const [left, right] = [now.toX(xs[c]), now.toX(xs[c + 1])];
    const [bottom, top] = [now.toY(ys[r]), now.toY(ys[r + 1])];
    const box = [Math.round(left), Math.round(top), Math.round(right) - Math.round(left), Math.round(bottom) - Math.round(top)];
    const near = answer.has_data[r][c] === 1;
    if (value !== null) {
      context.globalAlpha = near ? 0.9 : 0.35;
      context.fillStyle = ramp(colours, share(value));
      context.fillRect(...box);
    }
    if (!near) empty.push(box);
  }));
  context.globalAlpha = 1;
  if (empty.length) hatch(context, empty, colours.text);
}

// Trials of one band stand side by side.
const spread = (trial) => (((trial * 7919) % 97) / 97 - 0.5) * 0.6;

function paintPoints(context, now, points, colours) {
  const many = points.length > 500;
  const size = many ? 1.5 : 3;
  context.globalAlpha = many ? 0.6 : 1;
  for (const each of points) {
    const [x, y] = [now.toX(each.x), now.toY(each.y)];
    context.beginPath();
    context.lineWidth = 1.5;
    if (each.finite) {
      context.arc(x, y, size, 0, 7);
      context.fillStyle = colours.page;
      context.fill();
      context.strokeStyle = colours.text;
    } else {
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
      context.strokeStyle = colours.bad;
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

function nearestOf(now, points, px, py) {
  let [found, least] = [null, 9];
  for (const each of points) {
    const far = Math.hypot(now.toX(each.x) - px, now.toY(each.y) - py);
    if (far < least) [found, least] = [each, far];
  }
  return found;
}

// The trial under the pointer, else the cell.
function under(now, { points, answer, xs, ys }, px, py) {
  const point = nearestOf(now, points, px, py);
  if (point) return { point };
  const [x, y] = [now.toX.back(px), now.toY.back(py)];
  const [c, r] = [xs.findLastIndex((edge) => edge <= x), ys.findLastIndex((edge) => edge <= y)];
  return answer.values[r]?.[c] === undefined ? null : { c, r };
}

function said(it, { answer, x, y, xs, ys }) {
  if (it.point) return `trial ${it.point.trial}\n${answer.x.name} ${x.said(it.point.values[0])}\n${answer.y.name} ${y.said(it.point.values[1])}\n${answer.metric} ${number(it.point.values[2])}`;
  const value = answer.values[it.r][it.c];
  const around = (axis, at, all) => (axis.bands ? axis.said(at) : `about ${tickText(Number(axis.back((all[at] + all[at + 1]) / 2).toPrecision(3)))}`);
  return `${answer.x.name} ${around(x, it.c, xs)}\n${answer.y.name} ${around(y, it.r, ys)}\n`
    + (value === null ? "no trial there" : `${answer.metric} about ${number(Number(value.toPrecision(4)))}${answer.has_data[it.r][it.c] ? "" : ", but no trial is near"}`);
}

function picture(name, answer, data) {
  const { x, y } = data;
  const axis = (each) => ({ name: each.name, kind: "linear", range: each.range, ticks: each.ticks, text: each.text });
  const plane = new Plane({
    key: ["contour", name, answer.x.name, answer.y.name, answer.metric].join("/"), height: y.bands ? Math.max(240, Math.min(520, y.count * 60 + 80)) : 480,
    label: `${answer.metric} over ${answer.x.name} and ${answer.y.name}, interpolated from ${answer.counted} trials. The table below has numbers.`,
    axes: { x: axis(x), y: axis(y) },
    draw: (context, now, colours) => {
      paintCells(context, now, data, colours);
      paintPoints(context, now, data.points, colours);
    },
    find: (now, px, py) => under(now, data, px, py),
    say: (it) => said(it, data),
    open: ({ point }) => { if (point) location.hash = address([name, "trials", point.trial]); },
  });
  return plane.element;
}

// What the colours mean: a strip from the best to the worst, with values, and the hatching.
function legend(answer, { sorted }) {
  const strip = canvas(16, (context, width) => {
    for (let x = 0; x < width; x += 1) {
      context.fillStyle = ramp(paints(), x / (width - 1));
      context.fillRect(x, 0, 1.5, 16);
    }
  });
  const hatched = canvas(16, (context, width) => hatch(context, [[0, 0, width, 16]], paints().text));
  const at = (share) => number(Number(quantile(sorted, answer.mode === "max" ? 1 - share : share).toPrecision(3)));
  return h("ul", { class: "legend" }, h("li", {}, `${answer.metric}: ${answer.mode ? "the best" : "the smallest"}, ${at(0)}`, h("span", { class: "strip" }, strip.element),
    `${answer.mode ? "the worst" : "the largest"}, ${at(1)}; in the middle the median, ${at(0.5)}`),
  h("li", {}, h("span", { class: "line" }, hatched.element), "no trial near"));
}

function select(name, text, options, shown) {
  return h("label", {}, text, h("select", { name, onchange: (event) => change({ [name]: event.target.value }) },
    options.map((value) => h("option", { value, selected: value === shown }, value))));
}

function choices(view, names, metrics, answer) {
  const swap = h("button", { type: "button", onclick: () => change({ x: answer.y.name, y: answer.x.name }) }, "Swap");
  return h("div", { class: "controls" }, select("x", "Across", names.filter((each) => each !== answer.y.name), answer.x.name),
    select("y", "Upwards", names.filter((each) => each !== answer.x.name), answer.y.name), SERVED && swap,
    select("metric", "Objective or metric", metrics, answer.metric),
    SERVED && h("label", { class: "wide" }, "Only trials for which this holds", h("input", { name: "filter", value: view.filter || "", maxlength: "2000",
      autocomplete: "off", spellcheck: "false", placeholder: "lr > 0.001", onchange: (event) => change({ filter: event.target.value.trim() }) })));
}

function listed(name, answer, x, y) {
  const sign = answer.mode === "max" ? -1 : 1;
  const rows = answer.points.filter((each) => isNumber(each[3])).sort((a, b) => sign * (a[3] - b[3]) || a[0] - b[0]).slice(0, LISTED);
  return h("details", {}, h("summary", {}, rows.length < answer.points.length ? `The numbers of ${rows.length} trials, the best first` : "The numbers, the best first"), table("Trials of the contour", [
    { heading: "Trial", cell: ([trial]) => h("a", { href: address([name, "trials", trial]) }, String(trial)) },
    { heading: answer.x.name, number: !x.bands, cell: (row) => x.said(row[1]) },
    { heading: answer.y.name, number: !y.bands, cell: (row) => y.said(row[2]) },
    { heading: answer.metric, number: true, cell: (row) => number(row[3]) },
  ], rows));
}

function caption(answer, points) {
  const missing = points.filter((each) => !each.finite).length;
  const cells = answer.has_data.flat();
  return [
    `${answer.counted} of ${answer.total} trials count. A cell is coloured as a trial of its value would be: the better, the bluer. The nearer a trial, the more it counts.`,
    cells.every((each) => each) ? "" : "Hatched cells have no trial near: what they show is a guess.",
    `Each ring is a trial${missing ? ", each cross one without a finite value" : ""}. A drag shows a part of the picture, a double click all of it; a click opens the trial.`,
    points.length < answer.placed ? `${points.length} of ${answer.placed} trials are drawn.` : "",
  ].filter(Boolean).join(" ");
}

// In a report only some pairs are kept.
function offered(where, names, metric, given) {
  if (SERVED) return { x: given.x, y: given.y };
  const pairs = names.flatMap((x) => names.filter((y) => y !== x).map((y) => ({ x, y }))).filter((each) => offers(where + "/contour", { ...each, metric }));
  return pairs.find((each) => each.x === given.x && each.y === given.y) || pairs.find((each) => each.x === given.x) || pairs.find((each) => each.y === given.y) || pairs[0] || {};
}

export async function contourView(name, view, signal) {
  const where = path("experiments", name);
  const about = await get(where + "/columns", { limit: 50 }, signal);
  const all = about.columns.filter((each) => each.kind === "parameter").map((each) => each.name);
  const numeric = about.columns.filter((each) => each.kind !== "parameter" && each.scale !== "category").map((each) => each.name).slice(0, METRICS);
  const pair = { ...offered(where, all, view.metric, view), metric: view.metric, filter: view.filter };
  if (!SERVED && !pair.x) return [note(all.length < 2 ? "Fewer than two parameters vary, so there is no contour." : "This report has no contour of it.")];
  const answer = await get(where + "/contour", pair, signal);
  if (!answer.x) return [note("Fewer than two parameters vary, so there is no contour.")];
  const names = SERVED ? all : all.filter((each) => all.some((other) => offers(where + "/contour", { x: each, y: other, metric: view.metric })));
  const metrics = SERVED ? numeric : [answer.metric];
  const head = [h("h2", {}, `${answer.metric} over ${answer.x.name} and ${answer.y.name}`), choices(view, names, metrics, answer)];
  if (answer.reason) return [...head, note(view.filter ? "No trial like that has a finite value there." : `No trial has a finite value of ${answer.metric} yet.`)];
  const [x, y] = [axisOf(answer.x), axisOf(answer.y)];
  const points = answer.points.map(([trial, a, b, value]) => ({ trial, x: x.forth(a) + (x.bands ? spread(trial) : 0), y: y.forth(b) + (y.bands ? spread(trial + 31) : 0), values: [a, b, value], finite: isNumber(value) }));
  const shares = sharer(answer);
  const data = { answer, points, x, y, xs: edges(x, answer.values[0].length), ys: edges(y, answer.values.length), share: shares.share };
  return [...head, legend(answer, shares), h("figure", {}, picture(name, answer, data), h("figcaption", {}, caption(answer, points))), listed(name, answer, x, y)];
}
