// Marks that differ in form as well as in colour, and what they mean.
import { h } from "/assets/parts.js";
import { canvas, paints } from "/assets/plane.js";

function cross(context, x, y, size) {
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
}

const FORMS = {
  "continued": (context, x, y, size) => context.arc(x, y, size, 0, 7),
  completed: (context, x, y, size) => context.rect(x - size, y - size, 2 * size, 2 * size),
  waits: (context, x, y, size) => context.arc(x, y, size, 0, 7),
  stopped: cross,
};

export function drawMark(context, word, x, y, size, colours) {
  const colour = { "continued": colours.accent, completed: colours.good, waits: colours.quiet, stopped: colours.bad }[word] || colours.quiet;
  context.beginPath();
  (FORMS[word] || cross)(context, x, y, size);
  context.lineWidth = 1.8;
  context.strokeStyle = context.fillStyle = colour;
  if (word === "continued" || word === "completed") context.fill();
  else context.stroke();
}

export function legend(words) {
  return h("ul", { class: "legend" }, words.map((word) => {
    const sign = canvas(16, (context) => drawMark(context, word, 8, 8, 5, paints()));
    return h("li", {}, h("span", { class: "sign" }, sign.element), word);
  }));
}
