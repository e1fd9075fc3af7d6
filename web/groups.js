// Groups of experiments are told apart by a colour and a dash each.
import { h } from "/assets/parts.js";
import { canvas, paints } from "/assets/plane.js";

const DASHES = [[], [9, 4], [2, 3], [11, 3, 2, 3]];
const COLOURS = 8;

export const colourOf = (colours, group) => colours["g" + (group % COLOURS)];

// Lines of the group from now on.
export function takeLine(context, colours, group, width) {
  context.strokeStyle = colourOf(colours, group);
  context.lineWidth = width;
  context.setLineDash(DASHES[(group + Math.floor(group / COLOURS)) % DASHES.length]);
}

// The sign of a group, to stand before its name.
export function sign(group) {
  const line = canvas(16, (context, width) => {
    takeLine(context, paints(), group, 2.5);
    context.beginPath();
    context.moveTo(0, 8);
    context.lineTo(width, 8);
    context.stroke();
  });
  return h("span", { class: "line" }, line.element);
}
