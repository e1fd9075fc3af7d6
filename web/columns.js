// Trials as columns: for each parameter and metric an axis, and where on it every trial is.
import { extent, isNumber } from "/assets/scales.js";
import { number } from "/assets/parts.js";

const NOT_FINITE = ["NaN", "Infinity", "-Infinity"];

const isCategory = (value) => value !== null && typeof value !== "number" && !NOT_FINITE.includes(value);
const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function categories(column) {
  const there = column.values.filter((value) => value !== null);
  const all = [...new Set([...(column.choices || []), ...there].map(textOf))];
  const numbers = all.every((each) => each.trim() !== "" && isNumber(Number(each)));
  return numbers && !column.choices ? all.sort((a, b) => a - b) : all;
}

function categoryAxis(column) {
  const names = categories(column);
  const index = new Map(names.map((each, at) => [each, at]));
  const units = Float64Array.from(column.values, (value) => (value === null ? NaN : index.get(textOf(value))));
  return { scale: "category", units, names, range: [-0.5, Math.max(0.5, names.length - 0.5)], back: (unit) => unit, forth: (value) => value };
}

function numberAxis(column) {
  const values = column.values.map((value) => (isNumber(value) ? value : NaN));
  const all = extent(values) || [0, 1];
  const wide = column.kind !== "parameter" && all[0] > 0 && all[1] / all[0] > 100;
  const log = all[0] > 0 && (column.scale === "log" || wide);
  const forth = log ? Math.log10 : (value) => value;
  const back = log ? (unit) => 10 ** unit : (unit) => unit;
  const [low, high] = all.map(forth);
  const margin = high > low ? 0 : Math.abs(high) * 0.1 || 0.5;
  return { scale: log ? "log" : "linear", units: Float64Array.from(values, forth), names: null, range: [low - margin, high + margin], back, forth };
}

// {name, kind, mode, scale, values, units, range, names, back, forth}: a value's unit is what is
// drawn to scale, NaN where there is none.
export function axisOfColumn(column) {
  const category = column.scale === "category" || column.values.some(isCategory);
  return { name: column.name, kind: column.kind, mode: column.mode, values: column.values, ...(category ? categoryAxis(column) : numberAxis(column)) };
}

export function shareOn(axis, unit) {
  const [low, high] = axis.range;
  return (unit / 4 - low / 4) / (high / 4 - low / 4);
}

// From the best trial (0) to the worst (1) by an axis, by rank: one far value does not bleach the
// others. NaN where there is no value.
export function ranks(axis) {
  const order = [...axis.units.keys()].filter((index) => !Number.isNaN(axis.units[index]));
  order.sort((a, b) => (axis.mode === "max" ? axis.units[b] - axis.units[a] : axis.units[a] - axis.units[b]) || a - b);
  const out = new Float64Array(axis.units.length).fill(NaN);
  order.forEach((index, rank) => { out[index] = order.length > 1 ? rank / (order.length - 1) : 0; });
  return out;
}

// What a brush or a tick says.
export function textOn(axis, unit) {
  return axis.names ? axis.names[Math.round(unit)] ?? "" : number(Number(axis.back(unit).toPrecision(4)));
}
