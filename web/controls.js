// Buttons that ask an experiment or a trial for something, each with the command that asks the same,
// and what was answered.
import { mayAct, post, resultsOption } from "/assets/api.js";
import { h, problem } from "/assets/parts.js";
import { path } from "/assets/paths.js";

export const shellWord = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// "luthier stop digits 3": what would do the same.
export const command = (verb, name, ...words) =>
  ["luthier", verb, shellWord(name), ...words.map(shellWord), resultsOption()].filter(Boolean).join(" ");

// What is asked has an id of its own. Pressed twice it is the same, and done once; so it is where
// the answer to the first was lost.
const REST_MS = 1000;
const ids = new Map();

function idOf(key) {
  if (!ids.has(key)) {
    ids.set(key, [...crypto.getRandomValues(new Uint8Array(12))].map((each) => each.toString(16).padStart(2, "0")).join(""));
  }
  return ids.get(key);
}

const forget = (key, after) => setTimeout(() => ids.delete(key), after);

// Asks, puts the answer's sentence where answers stand, and returns the answer; an error is the caller's.
export async function ask(where, body, said) {
  const key = where + JSON.stringify(body);
  try {
    const answer = await post(where, { ...body, id: idOf(key) });
    said.replaceChildren(h("p", { class: "said" }, answer.answer));
    forget(key, REST_MS);
    return answer;
  } catch (error) {
    if (error.status) forget(key, 0);
    throw error;
  }
}

// names: of the experiment, and of the trial if it is about one. actions: [word, label, question].
export function controls(names, actions, said) {
  if (!mayAct()) return null;
  const where = names.length > 1 ? path("experiments", names[0], "trials", names[1]) : path("experiments", names[0]);
  return h("div", { class: "controls" }, actions.map(([action, label, question]) => {
    const press = async (event) => {
      if (question && !window.confirm(question)) return;
      const { target } = event;
      target.disabled = true;
      try {
        await ask(where + "/" + action, {}, said);
      } catch (error) {
        said.replaceChildren(problem(error));
      }
      target.disabled = false;
    };
    return h("span", { class: "control" }, h("button", { type: "button", onclick: press }, label), " ",
      h("code", {}, command(action, ...names)));
  }));
}

// What an answer to a button stays in while the rest of the page is renewed.
const kept = new Map();
export function answers(key) {
  if (!kept.has(key)) {
    kept.clear();
    kept.set(key, h("div", { role: "status" }));
  }
  return kept.get(key);
}
