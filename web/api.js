// What the service is asked, and how it answers: JSON, or an Error with a sentence for a person. In
// a report report_data.js stands in its place.
import { path, refusal } from "/assets/paths.js";

export const SERVED = true;
const ROOT = "/api/v1";

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const said = refusal(body.error || `The service answered with status ${response.status}.`, response.status);
    throw Object.assign(said, { problems: body.problems });
  }
  return body;
}

// A failure to reach the service at all is told apart: `unreachable`.
async function ask(where, options) {
  let response;
  try {
    response = await fetch(ROOT + where, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    const lost = new Error("The service can't be reached. Is 'luthier serve' still running?");
    lost.unreachable = true;
    throw lost;
  }
  return answer(response);
}

// A list in the query is a parameter that is given several times.
export function get(where, query = {}, signal = undefined) {
  const given = Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => [name, each]))
    .filter(([, value]) => value !== "" && value !== undefined);
  const text = new URLSearchParams(given).toString();
  return ask(where + (text ? "?" + text : ""), { signal });
}

// What the one who looks may do, asked once: whether experiments may be acted on.
let session = null;
export const mayAct = () => session !== null && session.role === "operator";
export const resultsOption = () => session.results_option;
export async function meet(signal) {
  if (session === null) session = await get("/session", {}, signal);
}

// Whether there may be an answer, and what is absent from those of a view.
export const offers = () => true;
export const absent = () => "";

export function post(where, body) {
  return ask(where, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Luthier": "1" },
    body: JSON.stringify(body),
  });
}

// Follows an experiment: `changed` is called after something happened, at most once in `rest`
// milliseconds and only while the page is seen; `connected` when the connection is lost or there again.
export function follow(name, changed, connected, rest = 1000) {
  const source = new EventSource(ROOT + path("experiments", name) + "/events");
  let waiting = false;
  let timer = 0;
  const flush = () => {
    timer = 0;
    if (waiting && !document.hidden) {
      waiting = false;
      changed();
      timer = setTimeout(flush, rest);
    }
  };
  const note = () => {
    waiting = true;
    if (!timer) timer = setTimeout(flush, 100);
  };
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  let first = true;
  source.addEventListener("ready", () => {
    if (!first) note();  // it may have missed the moment between two streams
    first = false;
  });
  source.addEventListener("log", note);
  source.addEventListener("state", note);
  source.addEventListener("gone", () => { source.close(); note(); });
  document.addEventListener("visibilitychange", flush);
  return () => {
    source.close();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", flush);
  };
}
