// What people say about an experiment or a trial: tags, and a note. What is being written stays as it
// is while the page around it is renewed.
import { SERVED, get, mayAct } from "/assets/api.js";
import { ask, command, shellWord } from "/assets/controls.js";
import { markdown } from "/assets/markdown.js";
import { h, problem } from "/assets/parts.js";
import { path } from "/assets/paths.js";

const NONE = { note: "", tags: [], revision: 0, by: "", time: 0 };
const LONGEST = 32 * 1024;  // of a note, in bytes

const when = (time) => new Date(time / 1000).toLocaleString();

export function tagList(tags, address = null) {
  return h("span", { class: "tags" }, tags.map((tag) => h(address ? "a" : "span", { class: "tag", href: address ? address(tag) : undefined }, tag)));
}

// An expression that holds for the trials with a tag.
export const tagFilter = (tag) => `"${tag}" in tags`;

// A mark for a row of a table where there is a note.
export const noteMark = (remarks) => (remarks?.note ? h("span", { title: "there is a note" }, h("span", { "aria-hidden": "true" }, " ✎"), h("span", { class: "unseen" }, " (with a note)")) : null);

// What writes the same note; one that begins like an option stands behind all options.
function noteCommand(names, text) {
  if (text === "") return command("note", ...names, "--remove");
  return text.startsWith("-") ? `${command("note", ...names)} -- ${shellWord(text)}` : command("note", ...names, text);
}

class Part {
  constructor(names) {
    this.names = names;
    this.where = names.length > 1 ? path("experiments", names[0], "trials", names[1]) : path("experiments", names[0]);
    this.remarks = NONE;
    this.said = h("div", { role: "status" });
    this.tags = h("div", { class: "controls" });
    this.note = h("div");
    this.form = mayAct() ? this.editor() : null;
    this.tagForm = mayAct() ? this.tagger() : null;
    this.element = h("section", { class: "remarks", "aria-label": "Notes and tags" }, this.tags, this.tagForm, this.note, this.form, this.said);
    this.show(NONE);
  }

  // Asks for it, and shows what is there then.
  async send(action, body) {
    try {
      this.show((await ask(`${this.where}/${action}`, body, this.said)).remarks);
      return true;
    } catch (error) {
      this.said.replaceChildren(problem(error));
      if (error.status === 409) this.show((await get(this.where)).remarks ?? NONE);
      return false;
    }
  }

  removal(tag) {
    if (!mayAct()) return null;
    return h("button", { type: "button", title: command("tag", ...this.names, "--remove", tag), "aria-label": `Remove the tag ${tag}`, onclick: () => this.send("tag", { remove: [tag] }) }, "×");
  }

  tagger() {
    const field = h("input", { name: "a tag", autocomplete: "off", spellcheck: "false", maxlength: "40", size: "12" });
    const line = h("code", {}, command("tag", ...this.names));
    field.addEventListener("input", () => { line.textContent = command("tag", ...this.names, ...[field.value.trim()].filter(Boolean)); });
    const form = h("form", { class: "action", "aria-label": "Add a tag" }, h("label", {}, "A tag", field), h("button", { type: "submit" }, "Add the tag"), line);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (field.value.trim() !== "" && await this.send("tag", { add: [field.value.trim()] })) {
        field.value = "";
        line.textContent = command("tag", ...this.names);
      }
    });
    return form;
  }

  editor() {
    this.text = h("textarea", { name: "the note", rows: "8", spellcheck: "true" });
    this.line = h("code", { class: "whole" });
    this.seen = h("div", { class: "preview", "aria-label": "As it will look" });
    const follow = () => {
      this.line.textContent = noteCommand(this.names, this.text.value.trim());
      this.seen.replaceChildren(h("p", { class: "note" }, "As it will look:"), markdown(this.text.value));
    };
    this.text.addEventListener("input", follow);
    const close = h("button", { type: "button", onclick: () => this.edit(false) }, "Leave it");
    const form = h("form", { class: "action", "aria-label": "The note", hidden: true }, h("label", { class: "wide" }, "The note, in Markdown", this.text), this.seen,
      h("div", { class: "controls" }, h("button", { type: "submit" }, "Save the note"), close), this.line);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = this.text.value.trim();
      if (new TextEncoder().encode(text).length > LONGEST) {
        this.said.replaceChildren(problem(new Error(`The note is longer than ${LONGEST} bytes; shorten it.`)));
      } else if (await this.send("note", { text, revision: this.revision })) {
        this.edit(false);
      }
    });
    this.follow = follow;
    return form;
  }

  edit(begin) {
    this.form.hidden = !begin;
    if (begin) {
      this.text.value = this.remarks.note;
      this.revision = this.remarks.revision;
      this.follow();
      this.text.focus();
    } else {
      this.seen.replaceChildren();
    }
    this.show(this.remarks);
  }

  show(remarks) {
    this.remarks = remarks;
    const { note, tags, by, time } = remarks;
    this.tags.hidden = tags.length === 0;
    this.tags.replaceChildren("Tags:", ...tags.map((tag) => h("span", { class: "tag" }, tag, this.removal(tag))));
    const button = mayAct() && this.form.hidden ? h("button", { type: "button", onclick: () => this.edit(true) }, note ? "Edit the note" : "Write a note") : null;
    this.note.replaceChildren(...[note && markdown(note), by && (note || tags.length > 0) && h("p", { class: "note" }, `${note ? "Written" : "Tagged"} by ${by}, ${when(time)}.`),
      button && h("div", { class: "controls" }, button)].filter(Boolean));
    this.element.hidden = !mayAct() && note === "" && tags.length === 0;
  }
}

let kept = null;
// names: of the experiment, and of the trial if it is about one.
export function remarksPart(names, remarks = NONE) {
  const key = names.join("/");
  if (!SERVED || kept?.key !== key) kept = { key, part: new Part(names) };
  kept.part.show(remarks);
  return kept.part.element;
}
