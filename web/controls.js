// Buttons that ask an experiment or a trial for something, and what was answered.
import { SERVED, post } from "/assets/api.js";
import { h, problem } from "/assets/parts.js";

export function controls(where, actions, said) {
  if (!SERVED) return null;
  return h("div", { class: "controls" }, actions.map(([action, label, question]) =>
    h("button", {
      type: "button",
      onclick: async (event) => {
        if (question && !window.confirm(question)) return;
        const { target } = event;
        target.disabled = true;
        try {
          said.replaceChildren(h("p", { class: "said" }, (await post(where + "/" + action)).answer));
        } catch (error) {
          said.replaceChildren(problem(error));
        }
        target.disabled = false;
      },
    }, label)));
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
