// An objective against each parameter, in small pictures; trials that are not chosen are pale rings.
import { shareOn, textOn } from "/assets/columns.js";
import { h, number } from "/assets/parts.js";
import { canvas, paints, place, ramp } from "/assets/plane.js";
import { axisOf, scale, ticks, tickText } from "/assets/scales.js";

const HEIGHT = 210;
const LEFT = 58;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 40;

// Trials of one category stand side by side.
const spread = (trial) => (((trial * 7919) % 97) / 97 - 0.5) * 0.6;

class Slice {
  constructor(parameter, objective, axis, data) {
    Object.assign(this, { parameter, objective, axis, data });
    this.tip = h("div", { class: "tip", hidden: true });
    this.canvas = canvas(HEIGHT, (context, width) => this.paint(context, width));
    const { element } = this.canvas;
    this.element = h("div", { class: "plane" }, h("div", { role: "img",
      "aria-label": `${objective.name} against ${parameter.name}; the table of trials below has the numbers.` }, element), this.tip);
    element.addEventListener("pointermove", (event) => this.point(...place(event)));
    element.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    element.addEventListener("click", (event) => {
      const index = this.at(...place(event));
      if (index >= 0) data.open(data.trials[index]);
    });
  }

  locate(width) {
    const { parameter, objective, axis, data } = this;
    const toY = scale(axis.kind, axis.range, HEIGHT - BOTTOM, TOP);
    this.xs = Float32Array.from(parameter.units, (unit, index) =>
      LEFT + shareOn(parameter, unit + (parameter.names ? spread(data.trials[index]) : 0)) * (width - LEFT - RIGHT));
    this.ys = Float32Array.from(objective.values, (value) => (typeof value === "number" ? toY(value) : NaN));
    this.toY = toY;
  }

  paint(context, width) {
    this.locate(width);
    const colours = paints();
    this.paintAxes(context, width, colours);
    const { mask, share, drawn } = this.data;
    const size = drawn.length > 1000 ? 3 : 4;
    context.save();
    context.beginPath();
    context.rect(LEFT - 4, TOP - 4, width - LEFT - RIGHT + 8, HEIGHT - TOP - BOTTOM + 8);
    context.clip();
    context.strokeStyle = colours.quiet;
    context.globalAlpha = 0.4;
    for (const index of drawn) {
      if (!mask[index] && this.isThere(index)) context.strokeRect(this.xs[index] - 1.5, this.ys[index] - 1.5, 3, 3);
    }
    context.globalAlpha = 1;
    for (const index of drawn) {
      if (!mask[index] || !this.isThere(index)) continue;
      context.fillStyle = Number.isNaN(share[index]) ? colours.quiet : ramp(colours, share[index]);
      context.fillRect(this.xs[index] - size / 2, this.ys[index] - size / 2, size, size);
    }
    context.restore();
  }

  paintAxes(context, width, colours) {
    context.strokeStyle = colours.line;
    context.fillStyle = colours.quiet;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const value of ticks(this.axis.kind, this.axis.range, 4)) {
      const y = Math.round(this.toY(value)) + 0.5;
      context.beginPath();
      context.moveTo(LEFT, y);
      context.lineTo(width - RIGHT, y);
      context.stroke();
      context.fillText(tickText(value), LEFT - 5, y);
    }
    context.textBaseline = "top";
    context.textAlign = "center";
    this.marks().forEach((unit) => context.fillText(textOn(this.parameter, unit).slice(0, 14),
      LEFT + shareOn(this.parameter, unit) * (width - LEFT - RIGHT), HEIGHT - BOTTOM + 6));
    context.fillStyle = colours.text;
    context.fillText(this.parameter.name + (this.parameter.scale === "log" ? " (log)" : ""), (LEFT + width - RIGHT) / 2, HEIGHT - 18);
  }

  marks() {
    const { names, scale: kind, range, back, forth } = this.parameter;
    if (names) return [...names.keys()].filter((at) => at % Math.ceil(names.length / 5) === 0);
    return ticks(kind, range.map(back), 3).map(forth);
  }

  isThere(index) {
    return !Number.isNaN(this.xs[index]) && Number.isFinite(this.ys[index]);
  }

  at(px, py) {
    let [found, least] = [-1, 8];
    for (let index = 0; this.xs && index < this.xs.length; index += 1) {
      const far = this.data.mask[index] ? Math.hypot(this.xs[index] - px, this.ys[index] - py) : Infinity;
      if (far < least) [found, least] = [index, far];
    }
    return found;
  }

  point(px, py) {
    const index = this.at(px, py);
    this.tip.hidden = index < 0;
    this.canvas.element.style.cursor = index < 0 ? "default" : "pointer";
    if (index < 0) return;
    const { parameter, objective } = this;
    this.tip.textContent = `trial ${this.data.trials[index]}\n${parameter.name} ${number(parameter.values[index])}\n${objective.name} ${number(objective.values[index])}`;
    this.tip.style.left = Math.min(px + 12, this.element.clientWidth - 150) + "px";
    this.tip.style.top = py + 12 + "px";
  }
}

// data: {trials, mask, share, drawn, open}; refresh() after another choice of trials.
export class Slices {
  constructor(parameters, objective, kind, data) {
    const axis = axisOf(objective.values, kind);
    this.cut = Boolean(axis && axis.cut);
    this.data = data;
    this.slices = axis ? parameters.map((each) => new Slice(each, objective, axis, data)) : [];
    this.element = h("div", { class: "slices" }, this.slices.map((each) => each.element));
  }

  refresh(mask) {
    this.data.mask = mask;
    this.slices.forEach((each) => each.canvas.redraw());
  }
}
