// When each attempt ran, packed into as many rows as ran at a time.
import { get } from "/assets/api.js";
import { duration, h, mark, note, number, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address } from "/assets/place.js";
import { Plane } from "/assets/plane.js";

const LISTED = 100;
const ROW = 24;
const HIGHEST = 640;

const SIGNS = { returned: "✓", stopped: "■", paused: "Ⅱ", failed: "✗", timed_out: "✗", lost: "!", unrestorable: "✗", running: "▶", interrupted: "!" };
const WORDS = { timed_out: "timed out" };
const wordOf = (outcome) => WORDS[outcome] || outcome;

// [trial, attempt, begin, end, outcome, from, to] of the API, by their beginnings, each in the first free row.
function packed(answer) {
  const free = [];
  return answer.attempts.map(([trial, attempt, begin, end, outcome, from, to]) => {
    const until = end === null ? answer.end_s : end;
    let row = free.findIndex((each) => each <= begin + 1e-9);
    if (row < 0) row = free.length;
    free[row] = until;
    return { trial, attempt, begin, until, row, from, to, open: end === null, outcome: outcome || (answer.running ? "running" : "interrupted") };
  });
}

function look(outcome, colours) {
  return {
    returned: { fill: colours.accent, text: colours.page }, stopped: { fill: colours.middle, text: colours.page },
    paused: { fill: colours.raised, text: colours.text, line: colours.quiet }, running: { fill: colours.page, text: colours.text, line: colours.accent },
    lost: { fill: colours.page, text: colours.text, line: colours.bad }, interrupted: { fill: colours.page, text: colours.text, line: colours.bad },
  }[outcome] || { fill: colours.bad, text: colours.page };
}

function paint(context, now, bars, colours) {
  const height = Math.min(18, Math.max(2, Math.abs(now.toY(1) - now.toY(0)) - 2));
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const bar of bars) {
    const [from, to] = [now.toX(bar.begin), now.toX(bar.until)];
    if (to < now.box.left || from > now.box.right) continue;
    const [x, y, width] = [from, now.toY(bar.row + 1) - height / 2, Math.max(1, to - from - 1)];
    const { fill, text, line } = look(bar.outcome, colours);
    context.fillStyle = fill;
    context.fillRect(x, y, width, height);
    if (line && width > 2) {
      context.strokeStyle = line;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
    if (width < 14 || height < 11) continue;
    context.fillStyle = text;
    const words = width > 46 ? `${SIGNS[bar.outcome]} ${bar.trial}` : SIGNS[bar.outcome];
    context.fillText(words, Math.max(x, now.box.left) + 3, y + height / 2 + 1);
  }
}

function under(now, bars, px, py) {
  const height = Math.abs(now.toY(1) - now.toY(0));
  return bars.find((bar) => Math.abs(now.toY(bar.row + 1) - py) <= height / 2 && px >= now.toX(bar.begin) - 1 && px <= now.toX(bar.until) + 1) || null;
}

const said = (bar) => `trial ${bar.trial}, attempt ${bar.attempt}: ${wordOf(bar.outcome)}\n${duration(bar.begin)} to ${bar.open ? "now" : duration(bar.until)}, `
  + `${duration(bar.until - bar.begin)}\niterations ${bar.from + 1} to ${bar.to}`;

function picture(name, answer, bars) {
  const rows = bars.reduce((most, each) => Math.max(most, each.row + 1), 1);
  const first = answer.attempts.length < answer.attempt_count ? bars[0].begin : 0;
  const stride = Math.ceil(rows / 25);
  const plane = new Plane({
    key: ["timeline", name].join("/"), height: Math.min(HIGHEST, rows * ROW + 68), sideways: true,
    label: `${bars.length} attempts in ${rows} rows over ${duration(answer.end_s)}. The tables below say the same.`,
    axes: { x: { name: "seconds since the experiment began", kind: "linear", range: [first, Math.max(answer.end_s, first + 1e-3)] },
      y: { name: "row", kind: "linear", range: [rows + 0.6, 0.4], ticks: Array.from({ length: rows }, (_, at) => at + 1).filter((at) => (at - 1) % stride === 0) } },
    draw: (context, now, colours) => paint(context, now, bars, colours),
    find: (now, px, py) => under(now, bars, px, py),
    say: said,
    open: (bar) => { location.hash = address([name, "trials", bar.trial]); },
  });
  return plane.element;
}

function summary(answer, bars) {
  const outcomes = [...new Set(bars.map((each) => each.outcome))];
  const span = (list) => list.reduce((sum, each) => sum + each.until - each.begin, 0);
  return table("How attempts ended", [
    { heading: "Outcome", cell: (word) => h("span", { class: "state" }, h("span", { "aria-hidden": "true" }, (SIGNS[word] || mark(word)) + " "), wordOf(word)) },
    { heading: "Attempts", number: true, cell: (word) => number(bars.filter((each) => each.outcome === word).length) },
    { heading: "Time together", number: true, cell: (word) => duration(span(bars.filter((each) => each.outcome === word))) },
    { heading: "Longest", number: true, cell: (word) => duration(Math.max(...bars.filter((each) => each.outcome === word).map((each) => each.until - each.begin))) },
  ], outcomes, (word) => (word === "failed" ? "failed" : undefined));
}

function listed(name, bars) {
  const rows = bars.slice(-LISTED).reverse();
  return h("details", {}, h("summary", {}, rows.length < bars.length ? `The last ${rows.length} attempts` : "The attempts"), table("Attempts", [
    { heading: "Trial", cell: (row) => h("a", { href: address([name, "trials", row.trial]) }, String(row.trial)) },
    { heading: "Attempt", number: true, cell: (row) => number(row.attempt) },
    { heading: "Row", number: true, cell: (row) => number(row.row + 1) },
    { heading: "Began after", number: true, cell: (row) => duration(row.begin) },
    { heading: "Took", number: true, cell: (row) => duration(row.until - row.begin) },
    { heading: "Outcome", cell: (row) => wordOf(row.outcome) },
    { heading: "Iterations", number: true, cell: (row) => (row.to > row.from ? `${row.from + 1} to ${row.to}` : "–") },
  ], rows));
}

export async function timelineView(name, view, signal) {
  const answer = await get(path("experiments", name) + "/timeline", {}, signal);
  if (answer.attempts.length === 0) return [note("No trial has started yet.")];
  const bars = packed(answer);
  const part = bars.length < answer.attempt_count ? `The last ${bars.length} of ${answer.attempt_count} attempts. ` : "";
  return [
    h("h2", {}, "Attempts over time"),
    h("figure", {}, picture(name, answer, bars), h("figcaption", {}, part + "Each bar is an attempt, with the sign of its outcome and the trial's number where there is room. "
      + "A drag shows a part of the time, a double click all of it; a click opens the trial.")),
    summary(answer, bars), listed(name, bars),
  ];
}
