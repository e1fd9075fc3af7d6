// Pieces of pages. Text always becomes text: nothing that a trial wrote is read as markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== undefined && value !== null) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function number(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return typeof value === "string" ? value : JSON.stringify(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return seconds.toFixed(1) + " s";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

const MARKS = {
  pending: "○", running: "▶", paused: "Ⅱ", completed: "✓", stopped: "■", failed: "✗",
  finished: "✓", interrupted: "!", unreadable: "✗",
};

export const mark = (word) => MARKS[word] || "·";

// "asha:max_t=27.0" as a person writes it.
export function plugin(text) {
  return text && text.replace(/([=,([]-?\d+)\.0(?=[,)\]]|$)/g, "$1");
}

// A mark and the word: no colour is needed to read it.
export function state(word) {
  return h("span", { class: "state" }, h("span", { "aria-hidden": "true" }, mark(word) + " "), word);
}

export function note(...children) {
  return h("p", { class: "note" }, ...children);
}

export function problem(error, again, way = null) {
  return h("div", { class: "problem", role: "alert" }, h("p", {}, error.message), way,
    again ? h("p", {}, h("button", { type: "button", onclick: again }, "Try again")) : null);
}

export function facts(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

// columns: [{heading, number, words, cell(row)}]
export function table(caption, columns, rows, rowClass = () => undefined) {
  const kind = (column) => (column.number ? "number" : column.words ? "words" : undefined);
  return h("div", { class: "scroll" }, h("table", { "aria-label": caption },
    h("thead", {}, h("tr", {}, columns.map((column) =>
      h("th", { scope: "col", class: kind(column), "aria-sort": column.order }, column.heading)))),
    h("tbody", {}, rows.map((row) => h("tr", { class: rowClass(row) }, columns.map((column) =>
      h("td", { class: kind(column) }, column.cell(row))))))));
}
