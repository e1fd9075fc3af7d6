// Every experiment, the most recent first; those that are chosen can be compared.
import { get } from "/assets/api.js";
import { duration, h, note, number, state, table } from "/assets/parts.js";
import { address, change, comparison, joined, parted, place, remember } from "/assets/place.js";
import { noteMark, tagList } from "/assets/remarks.js";

export const EVERY_MS = 5000;

// What is behind a link is listed, and has no page.
const link = (row) => (row.id === null ? row.experiment : [h("a", { href: address([row.id]) }, row.id), noteMark(row.remarks)]);

const tagsOf = (row) => row.remarks?.tags ?? [];
const TAGS = { heading: "Tags", cell: (row) => tagList(tagsOf(row), (tag) => address([], { ...place().view, tag })) };

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

// The names that are chosen are in the address, in the order in which they were.
class Choice {
  constructor(experiments) {
    this.names = parted(place().view.chosen).filter((name) => experiments.some((each) => each.id === name));
    this.button = h("button", { type: "button", name: "compare", onclick: () => { location.hash = comparison(this.names); } });
    this.element = h("div", { class: "controls" }, this.button);
    this.say();
  }

  say() {
    this.button.textContent = this.names.length > 1 ? `Compare ${this.names.length} experiments` : "Compare";
    this.button.disabled = this.names.length < 2;
    this.button.title = this.names.length < 2 ? "choose two experiments or more in the table" : "";
  }

  box(row) {
    if (row.problem) return null;
    return h("input", { type: "checkbox", name: `chosen ${row.id}`, "aria-label": `Compare ${row.id}`, checked: this.names.includes(row.id),
      onchange: (event) => this.take(row.id, event.target.checked) });
  }

  take(name, wanted) {
    this.names = this.names.filter((each) => each !== name).concat(wanted ? [name] : []);
    remember({ chosen: joined(this.names) });
    this.say();
  }
}

// Those with a tag, where any has one.
function tagChoice(all, tag) {
  const known = [...new Set([...all.flatMap(tagsOf), tag].filter(Boolean))].sort();
  if (known.length === 0) return null;
  return h("div", { class: "controls" }, h("label", {}, "Tag", h("select", { name: "tag", onchange: (event) => change({ tag: event.target.value }) },
    h("option", { value: "" }, "any"), known.map((each) => h("option", { value: each, selected: each === tag }, each)))));
}

export async function listPage(signal) {
  const { experiments } = await get("/experiments", {}, signal);
  const head = { title: "Experiments", trail: [] };
  if (experiments.length === 0) {
    return { ...head, parts: [h("h1", {}, "Experiments"),
      note("There are no experiments here yet. ", h("code", {}, "luthier run --help"), " shows how to start one; it appears here by itself.")] };
  }
  const { tag } = place().view;
  const shown = tag ? experiments.filter((row) => tagsOf(row).includes(tag)) : experiments;
  const choice = new Choice(experiments);
  const several = experiments.length > 1;
  const columns = [several && { heading: "Compare", cell: (row) => choice.box(row) }, ...COLUMNS, experiments.some((row) => tagsOf(row).length) && TAGS].filter(Boolean);
  return { ...head, parts: [h("h1", {}, "Experiments"), tagChoice(experiments, tag), several ? choice.element : null,
    shown.length ? table("Experiments", columns, shown, (row) => row.state) : note("No experiment has this tag.")].filter(Boolean) };
}
