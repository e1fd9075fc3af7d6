// Which trials are chosen in the pictures of parameters, and its text in the address.
const SEPARATOR = "~";

const words = (text) => (text ? text.split(SEPARATOR).map(decodeURIComponent) : []);
const text = (list) => list.map((each) => encodeURIComponent(each).replaceAll(SEPARATOR, "%7E")).join(SEPARATOR);

// brush: Map from an axis's name to a range of values (of category numbers, for categories).
export function readSelection(view) {
  const parts = words(view.brush);
  const brush = new Map();
  for (let i = 0; i + 2 < parts.length; i += 3) {
    const range = [Number(parts[i + 1]), Number(parts[i + 2])];
    if (range.every(Number.isFinite)) brush.set(parts[i], range);
  }
  const top = Number(view.top);
  return { brush, order: words(view.order), top: top > 0 && top < 100 ? top : 100, colour: view.colour || "" };
}

export function writeSelection({ brush, order, top, colour }) {
  return {
    brush: text([...brush].flatMap(([name, range]) => [name, ...range.map(String)])),
    order: text(order), top: top < 100 ? String(top) : "", colour,
  };
}

// The axes in the order that was chosen; those that it does not name come last.
export function ordered(axes, order) {
  const place = (axis) => (order.includes(axis.name) ? order.indexOf(axis.name) : order.length);
  return axes.map((axis, index) => [place(axis), index, axis]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((each) => each[2]);
}

// 1 for each trial that every brush lets through and that is among the best.
export function chosen(axes, selection, share) {
  const mask = new Uint8Array(share.length).fill(1);
  for (const axis of axes) {
    const range = selection.brush.get(axis.name);
    if (!range) continue;
    const [low, high] = range.map(axis.forth);
    for (let i = 0; i < mask.length; i += 1) {
      if (!(axis.units[i] >= low && axis.units[i] <= high)) mask[i] = 0;
    }
  }
  if (selection.top < 100) {
    for (let i = 0; i < mask.length; i += 1) {
      if (!(share[i] * 100 <= selection.top)) mask[i] = 0;
    }
  }
  return mask;
}
