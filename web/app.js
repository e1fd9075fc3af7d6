// Which page is shown, and when it is renewed. Every page is loading, there, or says what is wrong.
import { SERVED, follow, get, mayAct, meet } from "/assets/api.js";
import { experimentPage } from "/assets/experiment_page.js";
import { comparePage } from "/assets/compare_page.js";
import { EVERY_MS, listPage } from "/assets/list_page.js";
import { h, note, problem } from "/assets/parts.js";
import { path, refusal } from "/assets/paths.js";
import { address, place } from "/assets/place.js";
import { isHeld } from "/assets/plane.js";
import { trialPage } from "/assets/trial_page.js";

const main = document.getElementById("main");
const trail = document.getElementById("trail");
const connection = document.getElementById("connection");
const limits = document.getElementById("limits");

let shown = null;  // {names, abort, unfollow, timer}

function load(signal) {
  const { names, compared, view } = place();
  if (compared) return comparePage(compared, view, signal);
  if (names.length === 0) return listPage(signal);
  if (names.length === 3 && names[1] === "trials") return trialPage(names[0], names[2], view, signal);
  if (names.length <= 2) return experimentPage(names[0], names[1] || "trials", view, signal);
  throw refusal("There is no such page.", 404);
}

// Where one may go from what can't be shown.
function trailOf(names) {
  const trial = names.length === 3 && names[1] === "trials" ? [[`trial ${names[2]}`, address(names)]] : [];
  return names.length === 0 ? [] : [[names[0], address([names[0]])], ...trial];
}

// What is absent is said without the API's words, with a link to what is there.
async function explained(error, names) {
  const all = h("p", {}, h("a", { href: "#/" }, SERVED ? "All experiments" : "The first page of this report"));
  if (error.unreachable || names.length === 0) return problem(error, show);
  if (error.status !== 404) return problem(error, show, all);
  const there = await get(path("experiments", names[0])).then(() => true, (again) => again.status !== 404);
  if (!there) return problem(new Error(`There is no experiment ‘${names[0]}’ in this ${SERVED ? "directory" : "report"}.`), null, all);
  return problem(error, null, h("p", {}, h("a", { href: address([names[0]]) }, `The experiment ${names[0]}`)));
}

function connected(yes) {
  if (!SERVED) return;
  connection.textContent = yes ? "Live" : "The connection is lost; what you see may be old. Trying again.";
  connection.className = yes ? "" : "lost";
}

function link([name, where], index, all) {
  return h("li", {}, h("a", { href: where, "aria-current": index === all.length - 1 ? "page" : undefined }, name));
}

// What was open, typed or focused before the page was renewed.
function memory() {
  const { activeElement } = document;
  const field = activeElement && activeElement.name;
  return {
    open: [...main.querySelectorAll("details")].map((each) => each.open),
    field: field && main.contains(activeElement) ? field : null,
    value: field ? activeElement.value : null,
    tabs: Boolean(activeElement && activeElement.closest(".tabs")),
  };
}

function put(page) {
  document.title = page.title === "Experiments" ? "Luthier" : page.title + " · Luthier";
  trail.replaceChildren(...page.trail.map(link));
  const key = location.hash.split("?")[0];
  const { open, field, value, tabs } = memory();
  main.replaceChildren(...page.parts);
  main.querySelectorAll("details").forEach((each, index) => { each.open = main.dataset.key === key && Boolean(open[index]); });
  main.dataset.key = key;
  const again = field && main.querySelector(`[name="${CSS.escape(field)}"]`);
  if (again) {
    if (again.tagName === "INPUT" && again.type !== "checkbox") again.value = value;
    again.focus();
  }
  if (tabs) main.querySelector(".tabs [aria-current]")?.focus();
}

async function sayWhy(current, error) {
  const { names } = place();
  const said = await explained(error, names);
  if (current !== shown) return;
  document.title = "Luthier";
  trail.replaceChildren(...trailOf(names).map(link));
  main.replaceChildren(said);
}

async function renew(current, first) {
  if (current.busy) {
    current.again = true;
    return;
  }
  if (isHeld()) {
    setTimeout(() => { if (current === shown) renew(current, first); }, 300);
    return;
  }
  current.busy = true;
  try {
    await meet(current.abort.signal);
    limits.textContent = SERVED && !mayAct() ? "You may look at everything here and change nothing. Whoever serves it can give you the address of operators, who may." : "";
    const page = await load(current.abort.signal);
    if (current !== shown) return;
    put(page);
    if (first) arrive(current, page);
    if (!page.follows) connected(true);
  } catch (error) {
    if (current !== shown || error.name === "AbortError") return;
    if (!error.status && !error.unreachable) console.error(error);  // a fault of the page itself
    connected(!error.unreachable);
    // What was there stays while the service is away; a page that never came says why.
    if (first || !error.unreachable) await sayWhy(current, error);
    if (first && error.unreachable) current.timer = setTimeout(() => renew(current, true), 3000);
  } finally {
    current.busy = false;
    if (current.again && current === shown) {
      current.again = false;
      renew(current, false);
    }
  }
}

function arrive(current, page) {
  if (!SERVED) return;
  if (page.follows) {
    current.unfollow = follow(page.follows, () => renew(current, false), connected, page.rest);
  } else {
    const tick = () => {
      if (!document.hidden) renew(current, false);
    };
    const every = page.every ?? EVERY_MS;
    if (every) current.timer = setInterval(tick, every);
  }
}

function show() {
  if (shown) {
    shown.abort.abort();
    if (shown.unfollow) shown.unfollow();
    clearTimeout(shown.timer);
    clearInterval(shown.timer);
  }
  const before = shown && shown.names;
  const wasCompared = Boolean(shown && shown.compared);
  const { names, compared } = place();
  shown = { names, compared, abort: new AbortController(), unfollow: null, timer: 0, busy: false, again: false };
  connection.textContent = "";
  connection.className = "";
  // What is shown of the same experiment stays until the next view of it is there.
  const trial = (each) => each.length === 3;
  if (!before || wasCompared !== Boolean(compared) || before[0] !== names[0] || trial(before) !== trial(names) || before[2] !== names[2]) {
    main.replaceChildren(note("Loading."));
    main.focus();
  }
  renew(shown, true);
}

addEventListener("hashchange", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => renew(shown, false));  // pictures are drawn anew
show();
