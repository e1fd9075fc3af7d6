// From values to places in a picture: axes that are linear, in powers of ten, or of categories.

export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

// The smallest and the largest of many numbers; null: there is none.
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!isNumber(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

export function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

// The range without what lies far away: beyond three times the middle half's range on either side.
export function trimmed(values) {
  const sorted = Float64Array.from([...values].filter(isNumber)).sort();
  if (sorted.length === 0) return null;
  const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const margin = 3 * (high - low);
  const near = margin > 0 ? sorted.filter((value) => value >= low - margin && value <= high + margin) : sorted;
  return [near[0], near[near.length - 1]];
}

// The range of an axis of this kind, and the kind itself where the values do not allow it.
export function axisOf(values, kind) {
  const all = extent(values);
  if (!all) return null;
  if (kind === "log" && all[0] <= 0) return { ...axisOf(values, "linear"), refused: true };
  const [low, high] = kind === "trimmed" ? trimmed(values) : all;
  return { kind: kind === "log" ? "log" : "linear", range: withMargin(low, high, kind), cut: low > all[0] || high < all[1] };
}

function withMargin(low, high, kind) {
  if (kind === "log") {
    const factor = high > low ? (high / low) ** 0.04 : 1.5;
    return [low / factor, high * factor];
  }
  const margin = high * 0.05 - low * 0.05 || Math.abs(high) * 0.05 || 0.5;
  return [Math.max(-Number.MAX_VALUE, low - margin), Math.min(Number.MAX_VALUE, high + margin)];
}

// A function from values to places, with its inverse as `back`.
export function scale(kind, [low, high], from, to) {
  // Quarters, so that a range of the whole of double is still a number.
  const forth = kind === "log" ? Math.log10 : (value) => value / 4;
  const back = kind === "log" ? (value) => 10 ** value : (value) => value * 4;
  const [a, span] = [forth(low), forth(high) - forth(low) || 1];
  const at = (value) => from + ((forth(value) - a) / span) * (to - from);
  at.back = (place) => back(a + ((place - from) / (to - from || 1)) * span);
  return at;
}

function linearTicks(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= span / count) || span;
  const out = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && out.length < 50; i += 1) out.push(i * step);
  return out;
}

// Powers of ten; between them 2 and 5 where there is room.
function logTicks(low, high, count) {
  const decades = Math.log10(high / low);
  if (decades < 0.7) return linearTicks(low, high, count).filter((value) => value > 0);
  const steps = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / count));
  const out = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (power % stride) continue;
    for (const step of steps) {
      const value = Number((step * 10 ** power).toPrecision(6));
      if (value >= low && value <= high) out.push(value);
    }
  }
  return out;
}

// Round values within the range.
export function ticks(kind, [low, high], count) {
  const huge = Math.max(-low, high) > 1e300;
  if (huge && kind !== "log") return linearTicks(low / 1e10, high / 1e10, count).map((value) => value * 1e10).filter(isNumber);
  return kind === "log" ? logTicks(low, high, count) : linearTicks(low, high, count);
}

// A tick's text: short, and the same for neighbours.
export function tickText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return Number(value.toPrecision(4)).toExponential().replace("e+", "e");
  return String(Number(value.toPrecision(6)));
}
