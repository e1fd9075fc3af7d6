// Parallel coordinates on a canvas: a line for each trial, an axis for each parameter and objective.
// A drag along an axis chooses a range of it, a drag of its name moves the axis.
import { ranks, shareOn } from "/assets/columns.js";
import { paintAxis } from "/assets/parallel_axis.js";
import { h, number } from "/assets/parts.js";
import { DOUBLE_CLICK_MS, canvas, hold, paints, place, ramp, shade } from "/assets/plane.js";
import { Raster } from "/assets/raster.js";
import { chosen, ordered } from "/assets/selection.js";

const HEIGHT = 430;
const TOP = 52;
const BOTTOM = 44;
const NONE = HEIGHT - 18;  // where trials without a value go
const SIDE = 60;
const REACH = 16;
const SHADES = 24;
const MANY = 200;  // lines that are drawn pixel by pixel
const SMOOTH = 1000;  // with more, nobody sees the edges of one
const AT_ONCE = 800;  // lines while something is dragged; all of them afterwards

export class Parallel {
  // changed(selection, mask): after each gesture.
  constructor(axes, trials, selection, { changed, open, label }) {
    Object.assign(this, { all: axes, trials, selection, changed, open, drag: null, under: -1 });
    this.colourBy(selection.colour);
    this.axes = ordered(axes, selection.order);
    this.tip = h("div", { class: "tip", hidden: true });
    this.base = canvas(HEIGHT, (context, width) => this.paint(context, width));
    this.over = canvas(HEIGHT, (context, width) => this.paintOver(context, width));
    this.element = h("div", { class: "plane" }, h("div", { role: "img", "aria-label": label }, this.base.element, this.over.element), this.tip);
    this.select();
    this.listen(this.over.element);
  }

  colourBy(name) {
    this.coloured = this.all.find((axis) => axis.name === name) || this.all.find((axis) => axis.kind === "objective") || this.all[0];
    this.share = ranks(this.coloured);
    // The best are drawn last.
    this.drawn = [...this.share.keys()].sort((a, b) => (Number.isNaN(this.share[b]) ? 2 : this.share[b]) - (Number.isNaN(this.share[a]) ? 2 : this.share[a]));
    this.best = ranks(this.all.find((axis) => axis.kind === "objective") || this.coloured);
  }

  select() {
    this.mask = chosen(this.all, this.selection, this.best);
    this.count = this.mask.reduce((sum, each) => sum + each, 0);
  }

  isWhole() {
    return this.selection.brush.size === 0 && this.selection.top >= 100;
  }

  refresh() {
    this.select();
    this.base.redraw();
    this.over.redraw();
  }

  done() {
    this.refresh();
    this.changed(this.selection, this.mask);
  }

  xOf(index) {
    if (this.drag && this.drag.moved && this.drag.name !== undefined && this.axes[index].name === this.drag.name) return this.drag.x;
    return this.axes.length > 1 ? SIDE + (index * (this.width - 2 * SIDE)) / (this.axes.length - 1) : this.width / 2;
  }

  yOf(axis, unit) {
    return Number.isNaN(unit) ? NONE : HEIGHT - BOTTOM - shareOn(axis, unit) * (HEIGHT - BOTTOM - TOP);
  }

  unitAt(axis, py) {
    const share = Math.min(1, Math.max(0, (HEIGHT - BOTTOM - py) / (HEIGHT - BOTTOM - TOP)));
    return (1 - share) * axis.range[0] + share * axis.range[1];
  }

  // Where the lines go: a row of heights for each axis.
  heights() {
    return this.axes.map((axis) => Float32Array.from(axis.units, (unit) => this.yOf(axis, unit)));
  }

  lines(context, wanted, paint, alpha, width) {
    const xs = this.axes.map((_, index) => this.xOf(index));
    const heights = this.heights();
    if (wanted.length > MANY) {
      this.rasterLines(context, wanted, paint, alpha, xs, heights);
      return;
    }
    context.globalAlpha = alpha;
    context.lineWidth = width;
    for (const trial of wanted) {
      context.strokeStyle = paint(trial);
      context.beginPath();
      xs.forEach((x, index) => context.lineTo(x, heights[index][trial]));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  rasterLines(context, wanted, paint, alpha, xs, heights) {
    const raster = new Raster(context, { left: 0, top: TOP - 2, right: this.width, bottom: HEIGHT }, wanted.length < SMOOTH);
    for (const trial of wanted) {
      raster.colour(paint(trial), alpha);
      for (let i = 1; i < xs.length; i += 1) raster.line(xs[i - 1], heights[i - 1][trial], xs[i], heights[i][trial]);
    }
    raster.put();
  }

  shades(colours) {
    const all = Array.from({ length: SHADES + 1 }, (_, index) => ramp(colours, index / SHADES));
    return (trial) => (Number.isNaN(this.share[trial]) ? shade(colours.quiet) : all[Math.round(this.share[trial] * SHADES)]);
  }

  paint(context, width) {
    this.width = width;
    const colours = paints();
    context.fillStyle = colours.page;
    context.fillRect(0, 0, width, HEIGHT);
    const some = (list) => (this.drag && list.length > AT_ONCE ? list.filter((_, index) => index % Math.ceil(list.length / AT_ONCE) === 0) : list);
    if (!this.isWhole()) {
      const others = this.drawn.filter((trial) => !this.mask[trial]);
      this.lines(context, others.filter((_, index) => index % Math.ceil(others.length / (this.drag ? 250 : 1000) || 1) === 0), () => shade(colours.line), 0.5, 1);
    }
    const wanted = some(this.drawn.filter((trial) => this.mask[trial]));
    this.lines(context, wanted, this.shades(colours), Math.max(0.06, Math.min(0.9, 150 / wanted.length)), wanted.length > 60 ? 1 : 1.5);
    this.paintAxes(context, colours);
  }

  paintAxes(context, colours) {
    const room = (this.width - 2 * SIDE) / Math.max(1, this.axes.length - 1);
    this.axes.forEach((axis, index) => paintAxis(context, axis, {
      x: this.xOf(index), top: TOP, bottom: HEIGHT - BOTTOM, none: NONE, room, lower: room < 110 && index % 2 === 1,
      y: (unit) => this.yOf(axis, unit), brush: this.selection.brush.get(axis.name),
    }, colours));
  }

  paintOver(context) {
    if (this.under < 0 || this.drag) return;
    this.lines(context, [this.under], () => paints().text, 1, 2.5);
  }

  near(px) {
    const index = this.axes.findIndex((_, at) => Math.abs(this.xOf(at) - px) <= REACH);
    return index < 0 ? null : this.axes[index];
  }

  lineAt(px, py) {
    const xs = this.axes.map((_, index) => this.xOf(index));
    const after = xs.findIndex((x) => x >= px);
    if (after <= 0) return -1;
    const [a, b] = [this.axes[after - 1], this.axes[after]];
    const part = (px - xs[after - 1]) / (xs[after] - xs[after - 1]);
    let [found, least] = [-1, 6];
    for (let trial = 0; trial < this.mask.length; trial += 1) {
      if (!this.mask[trial]) continue;
      const y0 = this.yOf(a, a.units[trial]);
      const far = Math.abs(y0 + part * (this.yOf(b, b.units[trial]) - y0) - py);
      if (far < least) [found, least] = [trial, far];
    }
    return found;
  }

  listen(element) {
    element.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.press(element, event);
    });
    element.addEventListener("pointermove", (event) => this.move(...place(event)));
    element.addEventListener("pointerup", () => this.release());
    element.addEventListener("pointercancel", () => this.release());
    element.addEventListener("pointerleave", () => { if (!this.drag) this.point(-1); });
    element.addEventListener("dblclick", () => {
      clearTimeout(this.opening);
      this.selection.brush.clear();
      this.done();
    });
  }

  press(element, event) {
    const [px, py] = place(event);
    const axis = this.near(px);
    if (!axis) {
      const trial = this.trials[this.under];
      clearTimeout(this.opening);
      if (this.under >= 0) this.opening = setTimeout(() => this.open(trial), DOUBLE_CLICK_MS);
      return;
    }
    element.setPointerCapture(event.pointerId);
    hold();
    this.drag = py < TOP - 4 ? { name: axis.name, x: px, from: px, moved: false } : { axis, from: py, moved: false };
    this.point(-1);
  }

  move(px, py) {
    if (!this.drag) {
      const axis = this.near(px);
      this.over.element.style.cursor = axis ? (py < TOP - 4 ? "ew-resize" : "ns-resize") : "default";
      this.point(axis ? -1 : this.lineAt(px, py), px, py);
      return;
    }
    this.drag.moved = this.drag.moved || Math.abs((this.drag.axis ? py : px) - this.drag.from) > 3;
    if (!this.drag.moved) return;
    if (this.drag.axis) this.brushTo(py);
    else this.moveTo(px);
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.refresh(); });
  }

  brushTo(py) {
    const { axis, from } = this.drag;
    const units = [this.unitAt(axis, from), this.unitAt(axis, py)].sort((a, b) => a - b);
    this.selection.brush.set(axis.name, units.map((unit, end) => rounded(axis, unit, end)));
  }

  moveTo(px) {
    this.drag.x = Math.min(this.width - 8, Math.max(8, px));
    const places = this.axes.map((axis, index) => [axis.name === this.drag.name ? this.drag.x : SIDE + (index * (this.width - 2 * SIDE)) / (this.axes.length - 1), axis]);
    this.axes = places.sort((a, b) => a[0] - b[0]).map((each) => each[1]);
  }

  release() {
    if (!this.drag) return;
    const { axis, moved } = this.drag;
    this.drag = null;
    if (axis && !moved) this.selection.brush.delete(axis.name);
    if (!axis && moved) this.selection.order = this.axes.map((each) => each.name);
    this.done();
  }

  point(trial, px, py) {
    if (trial === this.under && trial < 0) return;
    this.under = trial;
    this.tip.hidden = trial < 0;
    if (trial >= 0) {
      this.over.element.style.cursor = "pointer";
      this.tip.textContent = `trial ${this.trials[trial]}\n` + this.axes.map((axis) => `${axis.name} ${number(axis.values[trial])}`).join("\n");
      const right = px > this.width / 2;
      this.tip.style.left = right ? "auto" : px + 14 + "px";
      this.tip.style.right = right ? this.width - px + 14 + "px" : "auto";
      this.tip.style.top = "40px";
    }
    this.over.redraw();
  }
}

// Six digits of an end of a brush; at the end of the axis a little more, so that nothing is left out.
function rounded(axis, unit, end) {
  const value = Number(axis.back(unit).toPrecision(6));
  const beyond = unit === axis.range[end] ? Math.abs(value) * 1e-5 : 0;
  return end ? value + beyond : value - beyond;
}
