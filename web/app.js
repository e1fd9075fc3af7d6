// Which page is shown, and when it is renewed. Every page is loading, there, or says what is wrong.
import { follow } from "/assets/api.js";
import { experimentPage } from "/assets/experiment_page.js";
import { EVERY_MS, listPage } from "/assets/list_page.js";
import { h, note, problem } from "/assets/parts.js";
import { trialPage } from "/assets/trial_page.js";

const main = document.getElementById("main");
const trail = document.getElementById("trail");
const connection = document.getElementById("connection");

let shown = null;  // {hash, abort, unfollow, timer}

// "#/digits/trials/3?sort=loss": names and a query.
function place() {
  const [way, query] = location.hash.replace(/^#\/?/, "").split("?");
  const names = way.split("/").filter(Boolean).map(decodeURIComponent);
  return { names, view: Object.fromEntries(new URLSearchParams(query || "")) };
}

function load(signal) {
  const { names, view } = place();
  if (names.length === 0) return listPage(signal);
  if (names.length === 1) return experimentPage(names[0], view, signal);
  if (names.length === 3 && names[1] === "trials") return trialPage(names[0], names[2], signal);
  throw new Error("There is no such page. Go back to the experiments.");
}

function connected(yes) {
  connection.textContent = yes ? "Live" : "The connection is lost; what you see may be old. Trying again.";
  connection.className = yes ? "" : "lost";
}

function put(page) {
  document.title = page.title === "Experiments" ? "Luthier" : page.title + " · Luthier";
  trail.replaceChildren(...page.trail.map(([name, where]) => h("li", {}, h("a", { href: where }, name))));
  const open = [...main.querySelectorAll("details")].map((each) => each.open);
  const field = document.activeElement && document.activeElement.name;
  const typed = field && main.querySelector(`[name="${field}"]`) ? document.activeElement.value : null;
  main.replaceChildren(...page.parts);
  main.querySelectorAll("details").forEach((each, index) => { each.open = Boolean(open[index]); });
  const again = typed === null ? null : main.querySelector(`[name="${field}"]`);
  if (again) {
    again.value = typed;
    again.focus();
  }
}

async function renew(current, first) {
  if (current.busy) {
    current.again = true;
    return;
  }
  current.busy = true;
  try {
    const page = await load(current.abort.signal);
    if (current !== shown) return;
    put(page);
    if (first) arrive(current, page);
    if (!page.follows) connected(true);
  } catch (error) {
    if (current !== shown || error.name === "AbortError") return;
    connected(!error.unreachable);
    // What was there stays while the service is away; a page that never came says why.
    if (first || !error.unreachable) main.replaceChildren(problem(error, show));
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
  if (page.follows) {
    current.unfollow = follow(page.follows, () => renew(current, false), connected);
  } else {
    const tick = () => {
      if (!document.hidden) renew(current, false);
    };
    current.timer = setInterval(tick, EVERY_MS);
  }
}

function show() {
  if (shown) {
    shown.abort.abort();
    if (shown.unfollow) shown.unfollow();
    clearTimeout(shown.timer);
    clearInterval(shown.timer);
  }
  const samePage = shown && shown.hash.split("?")[0] === location.hash.split("?")[0];
  shown = { hash: location.hash, abort: new AbortController(), unfollow: null, timer: 0, busy: false, again: false };
  connection.textContent = "";
  connection.className = "";
  if (!samePage) {
    main.replaceChildren(note("Loading."));
    main.focus();
  }
  try {
    renew(shown, true);
  } catch (error) {
    main.replaceChildren(problem(error));
  }
}

addEventListener("hashchange", show);
show();
