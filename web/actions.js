// What makes an experiment longer: more samples or time, failed trials again, a configuration to try.
// The forms stay as they are while the page around them is renewed.
import { get, mayAct } from "/assets/api.js";
import { ask, command, controls } from "/assets/controls.js";
import { h, note, problem } from "/assets/parts.js";
import { path } from "/assets/paths.js";

// A form whose command line follows what is typed. words: of the command, from the form.
function form(name, verb, label, fields, words, submit) {
  const line = h("code", {}, command(verb, name));
  const button = h("button", { type: "submit" }, label);
  const wrong = h("div", { class: "wrong", role: "alert" });
  const element = h("form", { class: "action", "aria-label": label }, fields, button, line, wrong);
  const show = () => { line.textContent = command(verb, name, ...words()); };
  element.addEventListener("input", show);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.replaceChildren();
    button.disabled = true;
    try {
      await submit();
    } catch (error) {
      wrong.replaceChildren(...(error.problems ? told(element, error.problems) : [problem(error)]));
    }
    button.disabled = false;
  });
  return element;
}

// Sentences about a field go beside it; the others are returned.
function told(element, problems) {
  const others = [];
  for (const { parameter, sentence } of problems) {
    const field = parameter && element.querySelector(`[name="${CSS.escape("parameter " + parameter)}"]`);
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.parentElement.querySelector(".wrong").textContent = sentence;
    } else {
      others.push(problem(new Error(sentence)));
    }
  }
  return others;
}

function extendForm(name, said) {
  const field = (key, step) => h("input", { name: "more " + key, type: "number", min: "0", step, autocomplete: "off" });
  const [samples, minutes] = [field("samples", "1"), field("minutes", "any")];
  const words = () => [...(samples.value ? ["-n", samples.value] : []), ...(minutes.value ? ["--time", minutes.value + "m"] : [])];
  return form(name, "extend", "Extend", [h("label", {}, "More samples", samples), h("label", {}, "More minutes", minutes)], words, () =>
    ask(path("experiments", name, "extend"), { samples: Number(samples.value), time_s: Number(minutes.value) * 60 }, said));
}

function parameterField({ name, distribution, condition, choices }) {
  const key = { name: "parameter " + name, autocomplete: "off", spellcheck: "false" };
  const input = choices.length > 0
    ? h("select", key, h("option", { value: "" }, "(drawn)"), choices.map((each) => h("option", { value: each }, each)))
    : h("input", { ...key, placeholder: "(drawn)" });
  const wrong = h("span", { class: "wrong", role: "alert" });
  input.addEventListener("input", () => {
    wrong.textContent = "";
    input.removeAttribute("aria-invalid");
  });
  return { name, input, label: h("label", {}, h("span", {}, h("b", {}, name), ` ${distribution}${condition ? ` if ${condition}` : ""}`), input, wrong) };
}

function enqueueForm(name, { parameters }, said) {
  const fields = parameters.filter((each) => each.typed).map(parameterField);
  const given = () => fields.filter(({ input }) => input.value.trim() !== "").map((each) => [each.name, each.input.value.trim()]);
  return form(name, "enqueue", "Add this configuration", fields.map((each) => each.label), () => given().map((pair) => pair.join("=")), () =>
    ask(path("experiments", name, "enqueue"), { config: Object.fromEntries(given()) }, said));
}

// The form of a configuration comes once it is looked for.
function make(name, said) {
  const state = h("div");
  const retry = h("div");
  const configuration = h("div", {}, note("Loading."));
  const element = h("details", { class: "actions" }, h("summary", {}, "Make it longer: more samples, failed trials again, a configuration of yours"),
    state, h("h2", {}, "More samples or time"), extendForm(name, said), retry,
    h("h2", {}, "A configuration to try"), note("What is left open is drawn."), configuration);
  let asked = false;
  element.addEventListener("toggle", async () => {
    if (!element.open || asked) return;
    asked = true;
    try {
      configuration.replaceChildren(enqueueForm(name, await get(path("experiments", name, "space")), said));
    } catch (error) {
      asked = false;
      configuration.replaceChildren(problem(error));
    }
  });
  const renew = (experiment) => {
    const running = experiment.state === "running";
    element.classList.toggle("idle", !running);
    const told = running ? "" : "It is not running, and these pages start nothing. The command beside each form continues it: copy it.";
    if (state.textContent !== told) state.replaceChildren(told && note(told));
    const failed = experiment.trials.failed > 0;
    if (failed === (retry.childElementCount > 0)) return;
    retry.replaceChildren(...(failed ? [h("h2", {}, "Failed trials"), controls([name], [["retry", "Retry failed trials"]], said)] : []));
  };
  return { element, renew };
}

let kept = { name: null };
export function actions(name, experiment, said) {
  if (!mayAct()) return null;
  if (kept.name !== name) kept = { name, ...make(name, said) };
  kept.renew(experiment);
  return kept.element;
}
