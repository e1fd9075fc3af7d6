// Line charts as SVG: a few hundred points, gaps and crosses where a value is not a number, and the
// same numbers in a table below for who does not see the picture.
import { h, number, svg, table } from "/assets/parts.js";
import { axisOf, extent, isNumber, scale, ticks, tickText } from "/assets/scales.js";

const WIDTH = 900;
const HEIGHT = 300;
const LEFT = 72;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 40;

function pathOf(points, x, y, steps) {
  let out = "";
  let pen = false;
  let before = 0;
  for (const [a, b] of points) {
    if (!isNumber(b) || Number.isNaN(y(b))) {
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
  const left = ys.map((value) => svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, tickText(value)));
  const below = xs.map((value) => svg("text", { x: x(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, tickText(value)));
  const name = svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, xName);
  return [...lines, ...left, ...below, name];
}

const KINDS = [["linear", "linear"], ["log", "in powers of ten"], ["trimmed", "without outliers"]];

// A choice of the axis of values; `change` is told the kind.
export function axisChoice(kind, change) {
  return h("label", {}, "Axis of values", h("select", { name: "axis", onchange: (event) => change(event.target.value) },
    KINDS.map(([value, text]) => h("option", { value, selected: value === (kind || "linear") }, text))));
}

function caption(label, crosses, axis, kind) {
  const parts = [label];
  if (crosses) parts.push(crosses === 1 ? "A cross marks a value that is not a finite number." : `A cross marks each of ${crosses} values that are not finite numbers.`);
  if (axis.cut) parts.push("Values far away from the others lie outside the picture.");
  if (axis.refused && kind === "log") parts.push("Not all values are above 0, so the axis is linear.");
  return parts.join(" ");
}

// points: [[x, y]], y a number, a word such as "NaN", or null. steps: it holds until the next.
// kind: of the axis of values.
export function lineChart({ label, xName, yName, points, steps = false, kind = "linear" }) {
  const finite = points.filter(([, value]) => isNumber(value));
  if (finite.length === 0) {
    return h("p", { class: "note" }, points.length
      ? `None of the ${points.length} values of ${yName} is a finite number.`
      : `No value of ${yName} yet.`);
  }
  const axis = axisOf(finite.map(([, value]) => value), kind);
  const along = extent(points.map(([at]) => at)) || [0, 1];
  const x = scale("linear", along, LEFT, WIDTH - RIGHT);
  const y = scale(axis.kind, axis.range, HEIGHT - BOTTOM, TOP);
  const inside = ([, value]) => value >= axis.range[0] && value <= axis.range[1];
  const crosses = points.filter(([, value]) => !isNumber(value) && value !== null).map(([a]) => {
    const [cx, cy] = [x(a), HEIGHT - BOTTOM - 6];
    return svg("path", { class: "missing", d: `M${cx - 4} ${cy - 4}l8 8m0-8l-8 8` });
  });
  const dots = finite.length <= 60
    ? finite.filter(inside).map(([a, b]) => svg("circle", { class: "dot", cx: x(a), cy: y(b), r: 3 }, svg("title", {}, `${xName} ${number(a)}: ${number(b)}`)))
    : [];
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    ...axes(x, y, ticks("linear", along, 8), ticks(axis.kind, axis.range, 5), xName),
    svg("svg", { x: LEFT - 4, y: TOP - 4, width: WIDTH - LEFT - RIGHT + 8, height: HEIGHT - BOTTOM - TOP + 8,
      viewBox: `${LEFT - 4} ${TOP - 4} ${WIDTH - LEFT - RIGHT + 8} ${HEIGHT - BOTTOM - TOP + 8}` },
      svg("path", { class: "curve", d: pathOf(points, x, y, steps) })), ...dots, ...crosses);
  const rows = points.slice(-200);
  return h("figure", {}, picture, h("figcaption", {}, caption(label, crosses.length, axis, kind)),
    h("details", {}, h("summary", {}, rows.length < points.length ? `The last ${rows.length} numbers` : "The numbers"),
      table(label, [{ heading: xName, number: true, cell: ([a]) => number(a) },
        { heading: yName, number: true, cell: ([, b]) => number(b) }], rows)));
}
