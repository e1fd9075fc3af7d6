// One trial: its configuration, its curves, why each decision was made, its attempts and its log.
import { get } from "/assets/api.js";
import { axisChoice, lineChart } from "/assets/charts.js";
import { answers, controls } from "/assets/controls.js";
import { duration, facts, h, note, number, state, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { remarksPart } from "/assets/remarks.js";

const yet = (trial) => (ENDED.includes(trial.state) ? "" : " yet");

function curves(trial, view) {
  const names = [...new Set(trial.results.flatMap((each) => Object.keys(each.metrics)))];
  const objectives = trial.objectives.map((each) => each.metric);
  const ordered = [...names].sort((a, b) => objectives.includes(b) - objectives.includes(a));
  if (ordered.length === 0) return [note(`It has reported no result${yet(trial)}.`)];
  const shown = ordered.slice(0, 6).map((name) => lineChart({
    label: `${name} of trial ${trial.trial}, by iteration.`, xName: "iteration", yName: name,
    points: trial.results.map((each) => [each.iteration, name in each.metrics ? each.metrics[name] : null]),
    kind: view.axis,
  }));
  const rest = ordered.length - shown.length;
  const choice = h("div", { class: "controls" }, axisChoice(view.axis, (axis) => change({ axis })));
  return [choice, ...shown, rest > 0 ? note(`${rest} more metrics were reported; the API has them.`) : null];
}

const numbers = (decision) =>
  Object.entries(decision.numbers).map(([name, value]) => `${name} ${number(value)}`).join(", ");

const isPlain = (row) => row.decision === "continue" && Object.keys(row.numbers).length === 0;

// Decisions to go on that rest on no numbers, one after the other for the same reason, are one row.
export function folded(decisions) {
  const rows = [];
  for (const each of decisions) {
    const last = rows[rows.length - 1];
    if (last && last.count && isPlain(each) && last.reason === each.reason && last.by === each.by) {
      last.count += 1;
      last.until = each.iteration;
    } else {
      rows.push({ ...each, until: each.iteration, count: isPlain(each) ? 1 : 0 });
    }
  }
  return rows;
}

function decisions(trial) {
  if (trial.decisions.length === 0) return note(`Nothing has been decided about it${yet(trial)}.`);
  const shown = trial.decisions.length < trial.decision_count
    ? note(`The last ${trial.decisions.length} of ${trial.decision_count} decisions.`) : null;
  return h("div", {}, shown, table("Decisions", [
    { heading: "Iteration", number: true, cell: (row) => (row.until > row.iteration ? `${row.iteration} to ${row.until}` : number(row.iteration)) },
    { heading: "Decision", cell: (row) => row.decision },
    { heading: "Reason", words: true, cell: (row) => row.reason },
    { heading: "Numbers", cell: numbers },
    { heading: "By", cell: (row) => row.by },
  ], folded(trial.decisions), (row) => (row.count ? "plain" : undefined)));
}

function attempts(trial) {
  if (trial.attempt_list.length === 0) return note("It has not started yet.");
  return table("Attempts", [
    { heading: "Attempt", number: true, cell: (row) => number(row.attempt) },
    { heading: "From iteration", number: true, cell: (row) => number(row.base_iteration) },
    { heading: "Outcome", cell: (row) => row.outcome || "has not ended" },
    { heading: "Exit status", number: true, cell: (row) => number(row.exit_status) },
    { heading: "Time", number: true, cell: (row) => (row.wall_s ? duration(row.wall_s) : "–") },
    { heading: "Peak memory", number: true, cell: (row) => (row.max_rss_bytes ? Math.ceil(row.max_rss_bytes / 1e6) + " MB" : "–") },
    { heading: "Message", words: true, cell: (row) => row.message },
  ], trial.attempt_list, (row) => row.outcome);
}

async function log(where, trial, stream, signal) {
  if (!trial.logs.includes(stream)) return note(`There is no log of its ${stream}.`);
  try {
    const answer = await get(where + "/log", { stream }, signal);
    if (answer.text === "") return note(`It has written nothing to ${stream}.`);
    return h("div", {}, answer.cut ? note("The end of it:") : null,
      h("pre", { tabindex: "0", "aria-label": `What it wrote to ${stream}` }, answer.text));
  } catch (error) {
    if (error.name === "AbortError" || error.unreachable) throw error;
    return note(error.message);
  }
}

// A trial of a report that has no room for all of it.
function inShort(name, trial) {
  return [
    facts([["Why", trial.reason], ["Iterations", number(trial.iterations)], ["Tags", trial.tags?.join(", ")]]),
    h("h2", {}, "Configuration"), facts(Object.entries(trial.config).map(([key, value]) => [key, number(value)])),
    h("h2", {}, "Values"), facts(Object.entries(trial.metrics).map(([key, value]) => [key, number(value)])),
    note("This report leaves out its results, decisions and output; ", h("code", {}, `luthier explain ${name} ${trial.trial}`), " prints them."),
  ];
}

const ENDED = ["completed", "stopped", "failed"];

export async function trialPage(name, number_, view, signal) {
  const where = path("experiments", name, "trials", number_);
  const trial = await get(where, {}, signal);
  const trail = [[name, address([name])], [`trial ${trial.trial}`, address([name, "trials", number_])]];
  const title = `Trial ${trial.trial} of ${name}`;
  if (trial.partial) return { title, trail, follows: name, parts: [h("h1", {}, `Trial ${trial.trial} `, state(trial.state)), ...inShort(name, trial)] };
  const [out, err] = await Promise.all([log(where, trial, "stdout", signal), log(where, trial, "stderr", signal)]);
  const said = answers(name + "/" + number_);
  const logs = [["stdout", out], ["stderr", err]];
  if (trial.state === "failed") logs.reverse();  // the error first
  return {
    title, trail, follows: name,
    parts: [
      h("h1", {}, `Trial ${trial.trial} `, state(trial.state)),
      trial.state === "failed" ? controls([name, trial.trial], [["retry", "Retry"]], said) : null,
      ENDED.includes(trial.state) ? null : controls([name, trial.trial], [["pause", "Pause"], ["resume", "Resume"],
        ["stop", "Stop", `Stop trial ${trial.trial}? Its results stay.`]], said),
      said,
      facts([["Why", trial.reason], ["Best", number(trial.best)], ["Iterations", number(trial.iterations)], ["Proposed by", trial.proposed_by]]),
      remarksPart([name, trial.trial], trial.remarks),
      h("h2", {}, "Configuration"), facts(Object.entries(trial.config).map(([key, value]) => [key, number(value)])),
      h("h2", {}, "Results"), ...curves(trial, view),
      h("h2", {}, "Decisions"), decisions(trial),
      h("h2", {}, "Attempts"), attempts(trial),
      ...logs.flatMap(([stream, part]) => [h("h2", {}, stream === "stdout" ? "Output" : "Errors"), part]),
    ].filter(Boolean),
  };
}
