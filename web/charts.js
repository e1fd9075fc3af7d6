// Line charts as SVG: a few hundred points, gaps and crosses where a value is no number, and the
// same numbers in a table below for who does not see the picture.
import { h, number, table } from "/assets/parts.js";

const WIDTH = 900;
const HEIGHT = 300;
const LEFT = 72;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 40;

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

// Round numbers that cover the range.
function ticks(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const out = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i += 1) out.push(i * step);
  return out;
}

function scale(low, high, from, to) {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

function range(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low) * 0.05 || Math.abs(high) * 0.05 || 0.5;
  return [low - margin, high + margin];
}

function pathOf(points, x, y, steps) {
  let out = "";
  let pen = false;
  let before = 0;
  for (const [a, b] of points) {
    if (!isNumber(b)) {
      pen = false;
      continue;
    }
    if (pen && steps) out += `L${x(a)} ${before}`;
    out += `${pen ? "L" : "M"}${x(a)} ${y(b)}`;
    before = y(b);
    pen = true;
  }
  return out;
}

function axes(x, y, xs, ys, xName) {
  const lines = ys.map((value) => svg("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }));
  const left = ys.map((value) => svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, number(value)));
  const below = xs.map((value) => svg("text", { x: x(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, number(value)));
  const name = svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, xName);
  return [...lines, ...left, ...below, name];
}

// points: [[x, y]], y a number, a word such as "NaN", or null. steps: it holds until the next.
export function lineChart({ label, xName, yName, points, steps = false }) {
  const finite = points.filter(([, value]) => isNumber(value));
  if (finite.length === 0) {
    return h("p", { class: "note" }, points.length
      ? `None of the ${points.length} values of ${yName} is a finite number.`
      : `No value of ${yName} yet.`);
  }
  const [bottom, top] = range(finite.map(([, value]) => value));
  const [first, last] = [points[0][0], points[points.length - 1][0]];
  const x = scale(Math.min(first, last), Math.max(first, last), LEFT, WIDTH - RIGHT);
  const y = scale(bottom, top, HEIGHT - BOTTOM, TOP);
  const crosses = points.filter(([, value]) => !isNumber(value) && value !== null).map(([a]) => {
    const [cx, cy] = [x(a), HEIGHT - BOTTOM - 6];
    return svg("path", { class: "missing", d: `M${cx - 4} ${cy - 4}l8 8m0-8l-8 8` });
  });
  const dots = finite.length <= 60
    ? finite.map(([a, b]) => svg("circle", { class: "dot", cx: x(a), cy: y(b), r: 3 }, svg("title", {}, `${xName} ${number(a)}: ${number(b)}`)))
    : [];
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    ...axes(x, y, ticks(Math.min(first, last), Math.max(first, last), 8), ticks(bottom, top, 5), xName),
    svg("path", { class: "curve", d: pathOf(points, x, y, steps) }), ...dots, ...crosses);
  const rows = points.slice(-200);
  return h("figure", {}, picture,
    h("figcaption", {}, label + (crosses.length ? ` A cross marks each of ${crosses.length} values that are no finite number.` : "")),
    h("details", {}, h("summary", {}, rows.length < points.length ? `The last ${rows.length} numbers` : "The numbers"),
      table(label, [{ heading: xName, number: true, cell: ([a]) => number(a) },
        { heading: yName, number: true, cell: ([, b]) => number(b) }], rows)));
}
