// The first page of a report: the experiment that it is about, or the comparison of several.
import { get, overviews } from "/assets/api.js";
import { compared } from "/assets/compare_page.js";
import { experimentPage } from "/assets/experiment_page.js";
import { h, number, state, table } from "/assets/parts.js";
import { address, place } from "/assets/place.js";
import { noteMark, tagList } from "/assets/remarks.js";

export const EVERY_MS = 0;  // nothing changes

const best = ({ best: rows, objectives }) => (rows.length ? `${objectives[0].metric} ${number(rows[0].best)}` : "–");

const COLUMNS = [
  { heading: "Experiment", cell: (row) => [h("a", { href: address([row.id]) }, row.id), noteMark(row.remarks)] },
  { heading: "State", cell: (row) => state(row.state) },
  { heading: "Trials", number: true, cell: (row) => number(Object.values(row.trials).reduce((sum, each) => sum + each, 0)) },
  { heading: "Completed", number: true, cell: (row) => number(row.trials.completed) },
  { heading: "Stopped", number: true, cell: (row) => number(row.trials.stopped) },
  { heading: "Failed", number: true, cell: (row) => number(row.trials.failed) },
  { heading: "Best", cell: best },
  { heading: "Tags", cell: (row) => tagList(row.remarks?.tags ?? []) },
];

export async function listPage(signal) {
  const all = overviews();
  if (all.length === 1) return experimentPage(all[0].id, "trials", place().view, signal);
  return {
    title: "Experiments", trail: [],
    parts: [...compared(await get("/comparison"), place().view), h("h2", {}, "All of them"), table("Experiments", COLUMNS, all, (row) => row.state)],
  };
}
