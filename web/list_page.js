// Every experiment, the most recent first.
import { get } from "/assets/api.js";
import { duration, h, note, number, state, table } from "/assets/parts.js";
import { address } from "/assets/place.js";

export const EVERY_MS = 5000;

const link = (row) => h("a", { href: address([row.id]) }, row.id);

const COLUMNS = [
  { heading: "Experiment", cell: link },
  { heading: "State", cell: (row) => state(row.state) },
  { heading: "Trials", number: true, cell: (row) => number(row.trials) },
  { heading: "Running", number: true, cell: (row) => number(row.running) },
  { heading: "Completed", number: true, cell: (row) => number(row.completed) },
  { heading: "Stopped", number: true, cell: (row) => number(row.stopped) },
  { heading: "Failed", number: true, cell: (row) => number(row.failed) },
  { heading: "Best", cell: (row) => row.problem || (row.best === null ? "–" : `${row.metric} ${number(row.best)}`) },
  { heading: "Last activity", number: true, cell: (row) => (row.age_s === undefined ? "–" : duration(row.age_s) + " ago") },
];

export async function listPage(signal) {
  const { experiments } = await get("/experiments", {}, signal);
  const content = experiments.length === 0
    ? note("There are no experiments here yet. ", h("code", {}, "luthier run --help"), " shows how to start one; it appears here by itself.")
    : table("Experiments", COLUMNS, experiments, (row) => row.state);
  return { title: "Experiments", trail: [], parts: [h("h1", {}, "Experiments"), content] };
}
