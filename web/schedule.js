// A schedule: the value of each parameter over the iterations, as steps, and all of it in a table.
import { axisOfColumn, textOn } from "/assets/columns.js";
import { h, number, table } from "/assets/parts.js";
import { Plane } from "/assets/plane.js";
import { ticks } from "/assets/scales.js";

const HEIGHT = 170;
const FEW = 12;  // steps that are listed without being asked for

// What each step has of a parameter; null: it is inactive.
const valuesOf = (steps, name) => steps.map(({ config }) => (name in config ? config[name] : null));

function picture(name, answer, parameter, end) {
  const { steps } = answer;
  const axis = axisOfColumn({ name: parameter.name, kind: "parameter", scale: parameter.scale, values: valuesOf(steps, parameter.name) });
  const [low, high] = axis.range;
  const margin = axis.names ? 0 : (high - low) * 0.1;
  const marks = axis.names ? [...axis.names.keys()] : ticks(axis.scale, axis.range.map(axis.back), 3).map(axis.forth);
  const plane = new Plane({
    key: ["schedule", name, answer.trial, parameter.name].join("/"), height: HEIGHT, sideways: true,
    label: `${parameter.name} over the iterations in ${steps.length} steps. The table below has the values.`,
    axes: { x: { name: "iteration", kind: "linear", range: [0, end] },
      y: { name: parameter.name + (axis.scale === "log" ? " (log)" : ""), kind: "linear", range: [low - margin, high + margin], ticks: marks, text: (unit) => textOn(axis, unit).slice(0, 10) } },
    draw: (context, now, colours) => {
      context.strokeStyle = context.fillStyle = colours.curve;
      context.lineWidth = 2;
      context.beginPath();
      steps.forEach((step, at) => {
        const [from, to] = [now.toX(step.iteration), now.toX(steps[at + 1]?.iteration ?? end)];
        const y = now.toY(axis.units[at]);
        if (Number.isNaN(axis.units[at])) return;
        if (at > 0 && !Number.isNaN(axis.units[at - 1])) context.lineTo(from, y);
        else context.moveTo(from, y);
        context.lineTo(to, y);
      });
      context.stroke();
      steps.forEach((step, at) => { if (!Number.isNaN(axis.units[at])) context.fillRect(now.toX(step.iteration) - 2.5, now.toY(axis.units[at]) - 2.5, 5, 5); });
    },
    find: (now, px) => {
      const iteration = now.toX.back(px);
      return iteration < 0 || iteration > end ? null : { at: Math.max(0, steps.findLastIndex((step) => step.iteration <= iteration)) };
    },
    say: ({ at }) => `from iteration ${steps[at].iteration}: ${number(axis.values[at])}`,
  });
  return plane.element;
}

function listed({ steps, parameters }) {
  const all = table("Schedule", [
    { heading: "From iteration", number: true, cell: (row) => number(row.iteration) },
    ...parameters.map(({ name, scale: kind }) => ({ heading: name, number: kind !== "category", cell: (row) => (name in row.config ? number(row.config[name]) : "–") })),
  ], steps);
  return steps.length > FEW ? h("details", {}, h("summary", {}, "The steps"), all) : all;
}

export function schedulePictures(name, answer) {
  const last = answer.ancestry.at(-1);
  const end = Math.max(1, last ? last[3] : 1, answer.steps.at(-1).iteration + 1);
  const drawn = answer.parameters.filter((each) => valuesOf(answer.steps, each.name).some((value) => value !== null));
  return [h("figure", { class: "schedule" }, drawn.map((each) => picture(name, answer, each, end)),
    h("figcaption", {}, "A square is the beginning of a step.")), listed(answer)];
}
