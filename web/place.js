// The address of a page: "#/digits/trials/3?sort=loss" are names and what a view shows of them, so
// that an address can be shared and a reload shows the same.

export function place() {
  const [way, query] = location.hash.replace(/^#\/?/, "").split("?");
  const names = way.split("/").filter(Boolean).map(decodeURIComponent);
  return { names, view: Object.fromEntries(new URLSearchParams(query || "")) };
}

export function address(names, view = {}) {
  const given = Object.entries(view).filter(([, value]) => value !== undefined && value !== "" && value !== "0");
  const text = new URLSearchParams(given).toString();
  return "#" + names.map((name) => "/" + encodeURIComponent(name)).join("") + (text ? "?" + text : "");
}

// What the view shows now, without loading the page anew.
export function remember(changes) {
  const { names, view } = place();
  history.replaceState(null, "", address(names, { ...view, ...changes }));
}

// Shows the page with other settings.
export function change(changes) {
  const { names, view } = place();
  location.hash = address(names, { ...view, ...changes });
}
