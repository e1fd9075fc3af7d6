// Curves of many trials: made ready once, drawn often.
import { ramp } from "/assets/plane.js";
import { Raster } from "/assets/raster.js";
import { extent, isNumber } from "/assets/scales.js";

const MANY = 100;  // curves that are drawn pixel by pixel
const SMOOTH = 400;  // with more, nobody sees the edges of one

// An average in which older values count less and less, right from the first value on.
export function smoothed(values, weight) {
  const out = new Float64Array(values.length);
  let [sum, scale] = [0, 0];
  values.forEach((value, index) => {
    if (Number.isNaN(value)) {
      out[index] = NaN;
      return;
    }
    sum = weight * sum + (1 - weight) * value;
    scale = weight * scale + (1 - weight);
    out[index] = sum / scale;
  });
  return out;
}

// Where a value between two points that are drawn was not a number, so that the line has a gap.
function breaks(xs, ys, missing) {
  const out = new Uint8Array(xs.length);
  let next = 0;
  for (let i = 0; i < xs.length; i += 1) {
    while (next < missing.length && missing[next] <= xs[i]) {
      out[i] = 1;
      next += 1;
    }
    if (Number.isNaN(ys[i])) out[i] = 1;
  }
  return out;
}

// curves: of the API, the best trial first. Those without a result are left out.
export function prepared(curves, weight) {
  const given = curves.filter((each) => each.points.length > 0);
  return given.map((each, index) => {
    const xs = Float64Array.from(each.points, ([at]) => at);
    const ys = Float64Array.from(each.points, ([, value]) => (isNumber(value) ? value : NaN));
    const [low, high] = extent(ys) || [null, null];
    const word = (value) => (value === undefined ? null : value);
    return {
      trial: each.trial, count: each.result_count, missing: each.not_finite_count, missingAt: each.not_finite, low, high,
      first: word(each.points[0][1]), last: word(each.points[each.points.length - 1][1]),
      xs, ys, breaks: breaks(xs, ys, each.not_finite), smooth: weight > 0 ? smoothed(ys, weight) : null,
      share: given.length > 1 ? index / (given.length - 1) : 0,
    };
  });
}

// The first index whose x is not below the value.
function firstFrom(xs, value) {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Each line of a curve that can be seen: put(x0, y0, x1, y1).
function eachLine({ x, toX, toY }, curve, values, put) {
  const from = Math.max(0, firstFrom(curve.xs, x.range[0]) - 1);
  const to = Math.min(curve.xs.length - 1, firstFrom(curve.xs, x.range[1]));
  let [beforeX, beforeY] = [NaN, NaN];
  for (let i = from; i <= to; i += 1) {
    const [px, py] = [toX(curve.xs[i]), toY(values[i])];
    const there = Number.isFinite(px) && Number.isFinite(py);
    if (there && !curve.breaks[i] && !Number.isNaN(beforeX)) {
      if (i < to && Math.abs(px - beforeX) + Math.abs(py - beforeY) < 1.5) continue;  // nobody would see it
      put(beforeX, beforeY, px, py);
    }
    [beforeX, beforeY] = there ? [px, py] : [NaN, NaN];
  }
}

function drawPoint(context, now, curve, values, colour) {
  if (curve.xs.length !== 1 || !Number.isFinite(now.toY(values[0]))) return;
  context.fillStyle = colour;
  context.fillRect(now.toX(curve.xs[0]) - 2, now.toY(values[0]) - 2, 4, 4);
}

export function traceCurve(context, now, curve, colour, width, values = curve.smooth || curve.ys) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  let [lastX, lastY] = [NaN, NaN];
  eachLine(now, curve, values, (x0, y0, x1, y1) => {
    if (x0 !== lastX || y0 !== lastY) context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    [lastX, lastY] = [x1, y1];
  });
  context.stroke();
  drawPoint(context, now, curve, values, colour);
}

function crosses(context, now, curves, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const at of curves.flatMap((each) => each.missingAt).slice(0, 2000)) {
    const [px, py] = [now.toX(at), now.box.bottom - 6];
    context.moveTo(px - 4, py - 4);
    context.lineTo(px + 4, py + 4);
    context.moveTo(px + 4, py - 4);
    context.lineTo(px - 4, py + 4);
  }
  context.stroke();
}

function drawMany(context, now, curves, colours) {
  const raster = new Raster(context, now.box, curves.length < SMOOTH);
  const alpha = Math.max(0.15, Math.min(0.8, 120 / curves.length));
  const put = (x0, y0, x1, y1) => raster.line(x0, y0, x1, y1);
  for (let i = curves.length - 1; i > 0; i -= 1) {
    const curve = curves[i];
    if (curve.smooth) {
      raster.colour(ramp(colours, curve.share), alpha / 4);
      eachLine(now, curve, curve.ys, put);
    }
    raster.colour(ramp(colours, curve.share), alpha);
    eachLine(now, curve, curve.smooth || curve.ys, put);
  }
  raster.put();
  curves.forEach((curve) => drawPoint(context, now, curve, curve.ys, ramp(colours, curve.share)));
}

function drawFew(context, now, curves, colours) {
  context.lineJoin = "bevel";
  for (let i = curves.length - 1; i > 0; i -= 1) {
    const colour = ramp(colours, curves[i].share);
    context.globalAlpha = 0.2;
    if (curves[i].smooth) traceCurve(context, now, curves[i], colour, 1, curves[i].ys);
    context.globalAlpha = 0.8;
    traceCurve(context, now, curves[i], colour, 1.5);
  }
  context.globalAlpha = 1;
}

// The worst first; the best, in full, above all others.
export function drawCurves(context, now, curves, colours) {
  (curves.length > MANY ? drawMany : drawFew)(context, now, curves, colours);
  const colour = ramp(colours, 0);
  context.globalAlpha = 0.3;
  if (curves[0].smooth) traceCurve(context, now, curves[0], colour, 1, curves[0].ys);
  context.globalAlpha = 1;
  traceCurve(context, now, curves[0], colour, 2.5);
  crosses(context, now, curves, colours.bad);
}

// The curve within a few pixels of a place, and its point; null: there is none.
export function nearest(now, curves, px, py) {
  const value = now.toX.back(px);
  let found = null;
  let least = 12;
  for (const curve of curves) {
    const values = curve.smooth || curve.ys;
    const after = firstFrom(curve.xs, value);
    for (const at of [after - 1, after]) {
      if (at < 0 || at >= curve.xs.length) continue;
      const [x, y] = [now.toX(curve.xs[at]), now.toY(values[at])];
      const reach = after > 0 && after < curve.xs.length ? between(now, curve, values, after, px) : y;
      const far = Math.min(Math.hypot(x - px, y - py), Math.abs(x - px) < 200 && after > 0 && after < curve.xs.length ? Math.abs(reach - py) : Infinity);
      if (far < least) {
        least = far;
        found = { curve, at };
      }
    }
  }
  return found;
}

// The height of the line before `after` at a place.
function between(now, curve, values, after, px) {
  const [x0, x1] = [now.toX(curve.xs[after - 1]), now.toX(curve.xs[after])];
  const [y0, y1] = [now.toY(values[after - 1]), now.toY(values[after])];
  return y0 + ((px - x0) / (x1 - x0 || 1)) * (y1 - y0);
}
