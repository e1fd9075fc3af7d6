// The address of a page: "#/digits/trials/3?sort=loss" are names and what a view shows of them, so
// that an address can be shared and a reload shows the same. "#compare/a,b" is about several
// experiments.

const COMPARED = "compare/";

// Names in one text.
export const joined = (names) => names.map(encodeURIComponent).join(",");
export const parted = (text) => (text || "").split(",").filter(Boolean).map(decodeURIComponent);

// compared: the experiments of a comparison, else null.
export function place() {
  const [way, query] = location.hash.slice(1).split("?");
  const compared = way.startsWith(COMPARED) ? parted(way.slice(COMPARED.length)) : null;
  const names = compared ? [] : way.replace(/^\//, "").split("/").filter(Boolean).map(decodeURIComponent);
  return { names, compared, view: Object.fromEntries(new URLSearchParams(query || "")) };
}

function queried(way, view) {
  const given = Object.entries(view).filter(([, value]) => value !== undefined && value !== "" && value !== "0");
  const text = new URLSearchParams(given).toString();
  return way + (text ? "?" + text : "");
}

export function address(names, view = {}) {
  return queried("#" + names.map((name) => "/" + encodeURIComponent(name)).join(""), view);
}

export function comparison(names, view = {}) {
  return queried("#" + COMPARED + joined(names), view);
}

function changed(changes) {
  const { names, compared, view } = place();
  const all = { ...view, ...changes };
  return compared ? comparison(compared, all) : address(names, all);
}

// What the view shows now, without loading the page anew.
export function remember(changes) {
  history.replaceState(null, "", changed(changes));
}

// Shows the page with other settings.
export function change(changes) {
  location.hash = changed(changes);
}
