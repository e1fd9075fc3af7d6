// A picture with two axes on a canvas: a drag shows a part of it, a double click all of it; what is
// under the pointer is named, a click opens it. Who does not see it has the table below.
import { h } from "/assets/parts.js";
import { scale, tickText, ticks } from "/assets/scales.js";

const LEFT = 76;
const RIGHT = 16;
const TOP = 26;
const BOTTOM = 42;

export const DOUBLE_CLICK_MS = 250;  // a click waits so long for another one

const zooms = new Map();  // by the picture's key, kept while the page is renewed
let held = false;

// A drag begins; it ends wherever the pointer is let go.
export function hold() {
  held = true;
}
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { held = false; }, true);

// A drag is under way: the page is not to be renewed now.
export function isHeld() {
  return held;
}

export function paints() {
  const style = getComputedStyle(document.documentElement);
  const paint = (name) => style.getPropertyValue("--" + name).trim();
  return Object.fromEntries(["page", "raised", "text", "quiet", "line", "accent", "bad", "good", "curve", "best", "middle", "worst", "g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7"]
    .map((name) => [name, paint(name)]));
}

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

export const shade = (hex) => `rgb(${channels(hex).join(" ")})`;

// From the best (0) to the worst (1): blue to orange, which everybody tells apart.
export function ramp(colours, share) {
  const [from, to, part] = share < 0.5 ? [colours.best, colours.middle, share * 2] : [colours.middle, colours.worst, share * 2 - 1];
  const [a, b] = [channels(from), channels(to)];
  return `rgb(${a.map((each, index) => Math.round(each + (b[index] - each) * part)).join(" ")})`;
}

// A canvas of the page's width, sharp on every screen; `draw(context, width, height)` when its size
// changes.
export function canvas(height, draw) {
  const element = h("canvas", { "aria-hidden": "true" });
  const context = element.getContext("2d", { willReadFrequently: true });
  let width = 0;
  const redraw = () => {
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    element.style.height = height + "px";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "12px system-ui, sans-serif";
    draw(context, width, height);
  };
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now === width) return;
    width = now;
    redraw();
  }).observe(element);
  return { element, redraw };
}

export function place(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function drawAxes(context, view, colours) {
  const { x, y, box } = view;
  context.strokeStyle = colours.line;
  context.fillStyle = colours.quiet;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of y.ticks || ticks(y.kind, y.range, 5)) {
    const at = Math.round(view.toY(value)) + 0.5;
    context.beginPath();
    context.moveTo(box.left, at);
    context.lineTo(box.right, at);
    context.stroke();
    context.fillText(y.text ? y.text(value) : tickText(value), box.left - 8, at);
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const value of x.ticks || ticks(x.kind, x.range, Math.max(3, Math.floor((box.right - box.left) / 110)))) {
    const at = view.toX(value);
    if (at < box.left - 1 || at > box.right + 1) continue;
    context.fillText(x.text ? x.text(value) : tickText(value), at, box.bottom + 7);
  }
  context.fillText(x.name, (box.left + box.right) / 2, box.bottom + 25);
  context.textAlign = "left";
  context.fillText(y.name, 8, 4);
}

function within(context, box, draw) {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top - 4, box.right - box.left, box.bottom - box.top + 8);
  context.clip();
  draw();
  context.restore();
}

// axes: {x: {name, kind, range, [ticks, text]}, y: the same}. draw(context, view, colours): in the
// box of the axes. find(view, px, py): what is there, or null; say(it): in words; open(it): a click.
// sideways: a drag chooses a part of the x axis only.
export class Plane {
  constructor({ key, label, height = 360, axes, draw, find = () => null, say, open, mark, sideways = false }) {
    Object.assign(this, { key, axes, draw, find, say, open, mark, sideways, under: null, from: null });
    this.tip = h("div", { class: "tip", hidden: true });
    this.base = canvas(height, (context, width) => this.paint(context, width, height));
    this.over = canvas(height, (context) => this.paintOver(context));
    this.reset = h("button", { type: "button", class: "reset", hidden: true, onclick: () => this.zoom(null) }, "Show all");
    const image = h("div", { role: "img", "aria-label": label }, this.base.element, this.over.element);
    this.element = h("div", { class: "plane" }, image, this.tip, this.reset);
    this.listen(this.over.element);
  }

  view(width, height) {
    const part = zooms.get(this.key) || {};
    const x = { ...this.axes.x, range: part.x || this.axes.x.range };
    const y = { ...this.axes.y, range: part.y || this.axes.y.range };
    const box = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
    return { x, y, box, toX: scale(x.kind, x.range, box.left, box.right), toY: scale(y.kind, y.range, box.bottom, box.top) };
  }

  paint(context, width, height) {
    this.now = this.view(width, height);
    this.reset.hidden = !zooms.has(this.key);
    const colours = paints();
    context.fillStyle = colours.page;
    context.fillRect(0, 0, width, height);
    drawAxes(context, this.now, colours);
    within(context, this.now.box, () => this.draw(context, this.now, colours));
  }

  paintOver(context) {
    const colours = paints();
    if (this.from && this.to) {
      const [x0, y0, x1, y1] = this.chosen();
      context.strokeStyle = colours.accent;
      context.setLineDash([4, 3]);
      context.strokeRect(x0, y0, x1 - x0, y1 - y0);
    } else if (this.under && this.mark && this.now) {
      within(context, this.now.box, () => this.mark(context, this.now, this.under, colours));
    }
  }

  chosen() {
    const { box } = this.now;
    const limited = (value, low, high) => Math.min(high, Math.max(low, value));
    const xs = [this.from[0], this.to[0]].map((each) => limited(each, box.left, box.right)).sort((a, b) => a - b);
    const ys = this.sideways ? [box.top, box.bottom] : [this.from[1], this.to[1]].map((each) => limited(each, box.top, box.bottom)).sort((a, b) => a - b);
    return [xs[0], ys[0], xs[1], ys[1]];
  }

  zoom(part) {
    if (part) zooms.set(this.key, part);
    else zooms.delete(this.key);
    this.under = null;
    this.tip.hidden = true;
    this.base.redraw();
    this.over.redraw();
  }

  listen(element) {
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.now) return;
      element.setPointerCapture(event.pointerId);
      this.from = place(event);
      this.to = null;
      hold();
    });
    element.addEventListener("pointermove", (event) => this.move(place(event)));
    element.addEventListener("pointerup", () => this.release(true));
    element.addEventListener("pointercancel", () => this.release(false));
    element.addEventListener("pointerleave", () => { if (!this.from) this.point(null); });
    element.addEventListener("dblclick", () => {
      clearTimeout(this.opening);
      this.zoom(null);
    });
  }

  move(at) {
    if (!this.from) {
      this.point(this.now && this.find(this.now, ...at), at);
    } else if (Math.hypot(at[0] - this.from[0], at[1] - this.from[1]) > 5 || this.to) {
      this.to = at;
      this.point(null);
      this.over.redraw();
    }
  }

  point(it, at) {
    if (this.under === it && !it) return;
    this.under = it;
    this.over.element.style.cursor = it && this.open ? "pointer" : "crosshair";
    this.tip.hidden = !it || !this.say;
    if (it && this.say) {
      this.tip.textContent = this.say(it);
      const right = at[0] > (this.now.box.left + this.now.box.right) / 2;
      this.tip.style.left = right ? "auto" : at[0] + 14 + "px";
      this.tip.style.right = right ? this.element.clientWidth - at[0] + 14 + "px" : "auto";
      this.tip.style.top = Math.max(0, at[1] - 12) + "px";
    }
    this.over.redraw();
  }

  release(done) {
    if (!this.from) return;
    const [part, it] = [this.to ? this.chosen() : null, this.under];
    this.from = this.to = null;
    this.over.redraw();
    if (!done) return;
    if (!part) {
      if (it && this.open) this.opening = setTimeout(() => this.open(it), DOUBLE_CLICK_MS);
    } else if (part[2] - part[0] > 4 && part[3] - part[1] > 4) {
      const { toX, toY } = this.now;
      this.zoom({
        x: [toX.back(part[0]), toX.back(part[2])],
        y: this.sideways ? undefined : [toY.back(part[3]), toY.back(part[1])],
      });
    }
  }
}
