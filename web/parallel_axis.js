// An axis of the parallel coordinates: its name, its values, and the range that is chosen on it.
import { textOn } from "/assets/columns.js";
import { ticks } from "/assets/scales.js";

const FONT = "12px system-ui, sans-serif";
const MOST_NAMES = 14;  // of categories

// at: {x, top, bottom, none, room, lower, y(unit), brush}; lower: the name stands below its neighbours'.
export function paintAxis(context, axis, at, colours) {
  context.strokeStyle = colours.quiet;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(at.x, at.top);
  context.lineTo(at.x, at.bottom);
  context.stroke();
  paintValues(context, axis, at, colours);
  paintName(context, axis, at, colours);
  if (at.brush) paintBrush(context, axis, at, colours);
}

function paintName(context, axis, { x, room, lower }, colours) {
  const name = axis.name + (axis.scale === "log" ? " (log)" : "") + (axis.mode ? ` (${axis.mode})` : "");
  context.font = (axis.kind === "objective" ? "600 " : "") + FONT;
  context.fillStyle = colours.text;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(cut(context, name, (room < 110 ? 2 : 1) * room - 10), x, lower ? 32 : 14);
  context.font = FONT;
}

function unitsOf(axis) {
  if (!axis.names) return ticks(axis.scale, axis.range.map(axis.back), 5).map(axis.forth);
  return [...axis.names.keys()].filter((at) => at % Math.ceil(axis.names.length / MOST_NAMES) === 0);
}

function paintValues(context, axis, at, colours) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const unit of unitsOf(axis)) {
    const y = at.y(unit);
    const said = cut(context, textOn(axis, unit), Math.max(30, at.room - 12));
    context.fillStyle = colours.page;
    context.globalAlpha = 0.75;
    context.fillRect(at.x + 5, y - 7, context.measureText(said).width + 4, 14);
    context.globalAlpha = 1;
    context.fillStyle = colours.text;
    context.fillText(said, at.x + 7, y);
    context.fillRect(at.x - 3, y - 0.5, 6, 1);
  }
  if (!axis.units.some(Number.isNaN)) return;
  context.fillStyle = colours.quiet;
  context.textAlign = "center";
  context.fillText("none", at.x, at.none + 10);
}

function paintBrush(context, axis, { x, y, brush }, colours) {
  const [low, high] = brush.map(axis.forth).map((unit) => y(Math.min(axis.range[1], Math.max(axis.range[0], unit))));
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.25;
  context.fillRect(x - 9, high, 18, low - high);
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  context.strokeRect(x - 9, high, 18, low - high);
}

function cut(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(text.slice(0, length) + "…").width > room) length -= 1;
  return text.slice(0, length) + "…";
}
