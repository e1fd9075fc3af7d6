// Which trial went on from which, over the iterations, and the schedule that led to one of them.
import { SERVED, get } from "/assets/api.js";
import { h, note, number, plugin, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { Plane, ramp } from "/assets/plane.js";
import { schedulePictures } from "/assets/schedule.js";
import { isNumber } from "/assets/scales.js";

const LISTED = 200;
const ROW = 22;
const [LOWEST, HIGHEST] = [170, 720];

// Each with its index among all, its rank by the metric (0: the best) and the row of its trial.
function stretchesOf(answer) {
  const all = answer.stretches.map(([trial, from, to, parent, value], at) => ({ index: answer.first + at, trial, from, to, parent, value, share: NaN }));
  const sign = answer.mode === "max" ? -1 : 1;
  const ranked = all.filter((each) => isNumber(each.value)).sort((a, b) => sign * (a.value - b.value));
  ranked.forEach((each, rank) => { each.share = ranked.length > 1 ? rank / (ranked.length - 1) : 0; });
  const trials = [...new Set(all.map((each) => each.trial))].sort((a, b) => a - b);
  const rows = new Map(trials.map((trial, row) => [trial, row + 1]));
  all.forEach((each) => { each.row = rows.get(each.trial); });
  return { all, trials, at: new Map(all.map((each) => [each.index, each])) };
}

// What joins a stretch to the one that it began with.
function edge(context, now, from, to) {
  const [x, y0, y1] = [now.toX(to.from), now.toY(from.row), now.toY(to.row)];
  if (Math.abs(y1 - y0) < 1) return;
  const down = Math.sign(y1 - y0);
  context.beginPath();
  context.moveTo(x, y0);
  context.lineTo(x, y1 - down * 4);
  context.moveTo(x - 4, y1 - down * 8);
  context.lineTo(x, y1 - down * 3);
  context.lineTo(x + 4, y1 - down * 8);
  context.stroke();
}

function bar(context, now, from, to, row, height) {
  const [left, right] = [now.toX(from), now.toX(to)];
  context.fillRect(left, now.toY(row) - height / 2, Math.max(2, right - left), height);
}

function paint(context, now, { stretches, line, best }, colours) {
  const height = Math.min(12, Math.max(2, Math.abs(now.toY(2) - now.toY(1)) * 0.45));
  const drawn = stretches.all.filter((each) => now.toX(each.to) >= now.box.left && now.toX(each.from) <= now.box.right);
  for (const each of drawn) {
    context.globalAlpha = line.size && !line.has(each.index) ? 0.55 : 1;
    context.fillStyle = Number.isNaN(each.share) ? colours.quiet : ramp(colours, each.share);
    bar(context, now, each.from, each.to, each.row, height);
  }
  context.globalAlpha = 0.5;
  context.strokeStyle = colours.quiet;
  context.lineWidth = 1;
  for (const each of drawn) {
    const from = stretches.at.get(each.parent);
    if (from && !line.has(each.index)) edge(context, now, from, each);
  }
  context.globalAlpha = 1;
  paintWay(context, now, { stretches, best, height }, colours);
}

// The way to the trial that is looked at: framed, its edges thick.
function paintWay(context, now, { stretches, best, height }, colours) {
  context.strokeStyle = colours.text;
  context.lineWidth = 2;
  best.forEach(([index, , from, to], step) => {
    const each = stretches.at.get(index);
    if (!each) return;
    const [left, right] = [now.toX(from), now.toX(to)];
    context.strokeRect(left, now.toY(each.row) - height / 2 - 2, Math.max(2, right - left), height + 4);
    const before = step > 0 && stretches.at.get(best[step - 1][0]);
    if (before) edge(context, now, before, each);
  });
}

function under(now, { all }, px, py) {
  const reach = Math.max(4, Math.abs(now.toY(2) - now.toY(1)) / 2);
  const at = now.toX.back(px);
  return all.findLast((each) => Math.abs(now.toY(each.row) - py) <= reach && at >= each.from && at <= Math.max(each.to, each.from + 0.5)) || null;
}

function wayIn(each, stretches) {
  if (each.parent === null) return "from the start";
  const from = stretches.at.get(each.parent);
  const of = from && from.trial === each.trial ? "its own checkpoint" : from ? `trial ${from.trial}` : "an earlier trial";
  return `from ${of} at iteration ${each.from}`;
}

function picture(name, answer, stretches) {
  const { trials } = stretches;
  const end = stretches.all.reduce((most, each) => Math.max(most, each.to), 1);
  const stride = Math.ceil(trials.length / 25);
  const line = new Set(answer.ancestry.map(([index]) => index));
  const plane = new Plane({
    key: ["lineage", name].join("/"), height: Math.min(HIGHEST, Math.max(LOWEST, trials.length * ROW + 70)),
    label: `${trials.length} trials over ${end} iterations, with ${answer.clone_count} clones of others. The tables below say the same.`,
    axes: { x: { name: "iteration", kind: "linear", range: [0, end * 1.01] },
      y: { name: "trial", kind: "linear", range: [trials.length + 0.7, 0.3], text: (row) => String(trials[row - 1]),
        ticks: trials.map((_, at) => at + 1).filter((row) => (row - 1) % stride === 0) } },
    draw: (context, now, colours) => paint(context, now, { stretches, line, best: answer.ancestry }, colours),
    find: (now, px, py) => under(now, stretches, px, py),
    say: (each) => `trial ${each.trial}, iterations ${each.from} to ${each.to}\n${wayIn(each, stretches)}\n${answer.metric} ${number(each.value)}`,
    open: (each) => { if (SERVED) change({ trial: String(each.trial) }); else location.hash = address([name, "trials", each.trial]); },
    mark: (context, now, each, colours) => {
      context.strokeStyle = colours.accent;
      context.lineWidth = 2;
      context.strokeRect(now.toX(each.from), now.toY(each.row) - 9, Math.max(2, now.toX(each.to) - now.toX(each.from)), 18);
    },
  });
  return plane.element;
}

const trialLink = (name, trial) => h("a", { href: address([name, "trials", trial]) }, String(trial));

function ancestry(name, answer) {
  return table("The way to it", [
    { heading: "Trial", cell: ([, trial]) => trialLink(name, trial) },
    { heading: "From iteration", number: true, cell: ([, , from]) => number(from) },
    { heading: "To iteration", number: true, cell: ([, , , to]) => number(to) },
  ], answer.ancestry);
}

function clones(name, answer, stretches) {
  const rows = stretches.all.filter((each) => stretches.at.get(each.parent) && stretches.at.get(each.parent).trial !== each.trial).slice(-LISTED).reverse();
  if (rows.length === 0) return null;
  return h("details", {}, h("summary", {}, rows.length < answer.clone_count ? `The last ${rows.length} clones` : "The clones"), table("Clones", [
    { heading: "Trial", cell: (row) => trialLink(name, row.trial) },
    { heading: "Became a clone of", cell: (row) => trialLink(name, stretches.at.get(row.parent).trial) },
    { heading: "At iteration", number: true, cell: (row) => number(row.from) },
    { heading: "Trained to", number: true, cell: (row) => number(row.to) },
    { heading: answer.metric, number: true, cell: (row) => number(row.value) },
  ], rows));
}

// The files, of the service; in a report what it keeps.
function files(name, answer) {
  const file = (format, text) => SERVED ? h("a", { class: "button", href: `/api/v1${path("experiments", name, "trials", String(answer.trial))}/schedule?format=${format}`, download: `schedule-${answer.trial}.${format}` }, text) : null;
  const kept = () => h("a", { class: "button", download: `schedule-${answer.trial}.json`,
    href: "data:application/json," + encodeURIComponent(JSON.stringify({ schema: 1, trial: answer.trial, steps: answer.steps })) }, "Save as JSON");
  return h("div", { class: "controls" }, SERVED ? [file("csv", "Save as CSV"), file("json", "Save as JSON"), file("jsonl", "Save as a policy for pbt_replay")] : kept());
}

function choice(answer, stretches) {
  const trials = stretches.trials.includes(answer.trial) || answer.trial === null ? stretches.trials : [answer.trial, ...stretches.trials];
  return SERVED && h("div", { class: "controls" }, h("label", {}, "The way to trial", h("select", { name: "trial", onchange: (event) => change({ trial: event.target.value }) },
    h("option", { value: "", selected: true }, "the best"), trials.map((each) => h("option", { value: String(each), selected: each === answer.trial && answer.chosen }, String(each))))));
}

export async function lineageView(name, view, signal) {
  const answer = await get(path("experiments", name) + "/lineage", { trial: view.trial }, signal);
  answer.chosen = SERVED && Boolean(view.trial);
  const head = [h("h2", {}, "Lineage"), note(`Scheduler: ${plugin(answer.scheduler)}`)];
  if (answer.stretches.length === 0) {
    return [...head, note("No trial has become a clone of another or changed its configuration. Schedulers such as pbt let the worse trials do so while they train.")];
  }
  const stretches = stretchesOf(answer);
  const some = answer.first > 0 ? `The last ${answer.stretches.length} of ${answer.stretch_count} stretches. ` : "";
  const parts = [...head, choice(answer, stretches), h("figure", {}, picture(name, answer, stretches),
    h("figcaption", {}, `${some}Each bar is a stretch of a trial's training, the better its last ${answer.metric} the bluer; grey ones have none. An arrow goes from a trial to its clone. `
      + `${answer.trial === null ? "" : `Frames and thick arrows are the way to trial ${answer.trial}. `}A drag shows a part of the picture, a double click all of it; a click ${SERVED ? "shows the way to" : "opens"} the trial.`)),
  clones(name, answer, stretches)];
  if (answer.trial === null || answer.steps.length === 0) return [...parts, note(answer.trial === null ? "No trial has a finite value yet." : `Trial ${answer.trial} never ran.`)];
  return [...parts, h("h2", {}, `The way to trial ${answer.trial}${answer.chosen ? "" : ", the best"}`), ancestry(name, answer), h("h2", {}, "Its schedule"),
    note(answer.steps.length === 1 ? "One configuration trained it from the start." : `${answer.steps.length} configurations trained it, one after the other.`),
    files(name, answer), ...schedulePictures(name, answer)];
}
