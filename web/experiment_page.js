// One experiment: how far it is, and its views.
import { actions } from "/assets/actions.js";
import { absent, get } from "/assets/api.js";
import { answers, controls } from "/assets/controls.js";
import { contourView } from "/assets/contour_view.js";
import { curvesView } from "/assets/curves_view.js";
import { decisionsView } from "/assets/decisions_view.js";
import { frontView } from "/assets/front_view.js";
import { importanceView } from "/assets/importance_view.js";
import { lineageView } from "/assets/lineage_view.js";
import { parametersView } from "/assets/parameters_view.js";
import { duration, facts, h, note, number, plugin, state } from "/assets/parts.js";
import { path, refusal } from "/assets/paths.js";
import { address } from "/assets/place.js";
import { remarksPart } from "/assets/remarks.js";
import { timelineView } from "/assets/timeline_view.js";
import { trialsView } from "/assets/trials_view.js";

const POPULATION = /^(pbt|pb2|pbt_replay)\b/;  // schedulers that let trials become clones

// rest: milliseconds between two looks at a running experiment. when: for which experiments it is there.
const VIEWS = {
  trials: { text: "Trials", view: trialsView, rest: 1000 },
  curves: { text: "Curves", view: curvesView, rest: 5000 },
  parameters: { text: "Parameters", view: parametersView, rest: 5000 },
  contour: { text: "Contour", view: contourView, rest: 5000 },
  importance: { text: "Importance", view: importanceView, rest: 10000 },
  decisions: { text: "Decisions", view: decisionsView, rest: 3000 },
  timeline: { text: "Timeline", view: timelineView, rest: 3000 },
  lineage: { text: "Lineage", view: lineageView, rest: 3000, when: (experiment) => POPULATION.test(experiment.scheduler) },
  front: { text: "Front", view: frontView, rest: 3000, when: (experiment) => experiment.objectives.length > 1 },
};

function progress(experiment) {
  const counts = experiment.trials;
  const ended = counts.completed + counts.stopped + counts.failed;
  const all = Math.max(Object.values(counts).reduce((sum, each) => sum + each, 0), experiment.samples || 0);
  const text = Object.entries(counts).filter(([, count]) => count > 0).map(([word, count]) => `${count} ${word}`).join(", ");
  return h("p", {}, h("progress", { value: ended, max: Math.max(all, 1), "aria-label": "Trials that have ended" }),
    ` ${ended} of ${all} trials have ended` + (text ? `: ${text}` : ""));
}

function best(name, experiment) {
  return experiment.best.length === 0 ? "no finite result yet"
    : h("span", {}, experiment.best.slice(0, 10).flatMap((row, index) => [index ? ", " : "",
      h("a", { href: address([name, "trials", row.trial]) }, `trial ${row.trial}`), ` (${number(row.best)})`]));
}

function about(name, experiment) {
  return facts([["Why it ended", experiment.reason], ["Best", best(name, experiment)], ["Objective", experiment.objective],
    ["Searcher", plugin(experiment.searcher)], ["Scheduler", plugin(experiment.scheduler)], ["Time used", duration(experiment.elapsed_s)],
    ["Command", experiment.command && h("code", {}, experiment.command)], ["Directory", h("code", {}, experiment.directory)]]);
}

// The trials that there are notes or tags on.
const MOST_LINKS = 50;
function remarked(name, trials = []) {
  if (trials.length === 0) return null;
  const links = trials.slice(0, MOST_LINKS).flatMap((trial, index) => [index ? ", " : "", h("a", { href: address([name, "trials", trial]) }, String(trial))]);
  return note("Notes and tags on trials: ", links, trials.length > MOST_LINKS ? ` and ${trials.length - MOST_LINKS} more` : "");
}

// The arrow keys go from tab to tab too.
function step(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  const links = [...event.currentTarget.querySelectorAll("a")];
  links[(links.indexOf(document.activeElement) + by + links.length) % links.length].focus();
  event.preventDefault();
}

function tabs(name, shown, experiment) {
  const there = Object.entries(VIEWS).filter(([key, each]) => key === shown || !each.when || each.when(experiment));
  return h("nav", { class: "tabs", "aria-label": "Views of the experiment", onkeydown: step }, there.map(([key, each]) =>
    h("a", { href: address(key === "trials" ? [name] : [name, key]), "aria-current": key === shown ? "page" : undefined }, each.text)));
}

export async function experimentPage(name, shown, view, signal) {
  const entry = VIEWS[shown];
  if (!entry) throw refusal("There is no such page.", 404);
  const where = path("experiments", name);
  const [experiment, parts] = await Promise.all([get(where, {}, signal), entry.view(name, view, signal)]);
  const said = answers(name);
  const running = experiment.state === "running";
  const left = absent(name, shown);
  return {
    title: shown === "trials" ? name : `${entry.text} of ${name}`,
    trail: [[name, address([name])]],
    follows: name,
    rest: entry.rest,
    parts: [
      h("h1", {}, name, " ", state(experiment.state)), progress(experiment),
      running ? controls([name], [["pause", "Pause"],
        ["stop", "Stop", "Stop this experiment and its running trials? What was found stays."]], said) : null,
      actions(name, experiment, said), said, ...(shown === "trials" ? [about(name, experiment), experiment.remarks_problem && note(experiment.remarks_problem),
        remarksPart([name], experiment.remarks), remarked(name, experiment.remarked_trials)] : []),
      tabs(name, shown, experiment), left ? note(left) : null, ...parts,
    ].filter(Boolean),
  };
}
