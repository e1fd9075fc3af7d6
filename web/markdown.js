// Notes in Markdown as elements: headings, paragraphs, lists, quotes, code, emphasis, links. Elements
// are made one by one and what people wrote becomes text in them: markup in it stays text. Links lead
// to http and https only.
import { h } from "/assets/parts.js";

const DEEPEST = 6;  // quotes and lists inside one another; what is deeper is text
const LONGEST_LINK = 2000;

const INLINE = new RegExp([
  "`([^`\\n]+)`",
  "(?<![\\w*])\\*\\*(?=[^\\s*])([^*\\n]*[^\\s*])\\*\\*(?![\\w*])",
  "(?<![\\w*])\\*(?=[^\\s*])([^*\\n]*[^\\s*])\\*(?![\\w*])",
  `\\[([^\\[\\]\\n]{1,500})\\]\\((https?://[^\\s()<>"']{1,${LONGEST_LINK}})\\)`,
  `(\\bhttps?://[^\\s<>"'\`()\\[\\]*]{1,${LONGEST_LINK}})`,
].join("|"), "gi");

// Whether an address may be a link's; what reads it decides, not its looks.
function isWeb(where) {
  try {
    return ["http:", "https:"].includes(new URL(where).protocol);
  } catch {
    return false;
  }
}

function link(where, text) {
  return isWeb(where) ? h("a", { href: where, title: where, rel: "noopener noreferrer nofollow", target: "_blank" }, text) : text;
}

// An address in running text, without the stop behind it.
function bare(found) {
  const where = found.replace(/[.,;:!?]+$/, "");
  return [link(where, where), found.slice(where.length)];
}

// The text of one line or of several, with what is inside it.
function inline(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [all, code, strong, emphasis, named, where, address] = found;
    parts.push(text.slice(from, found.index));
    from = found.index + all.length;
    if (code !== undefined) parts.push(h("code", {}, code));
    else if (strong !== undefined) parts.push(h("strong", {}, inline(strong)));
    else if (emphasis !== undefined) parts.push(h("em", {}, inline(emphasis)));
    else if (where !== undefined) parts.push(link(where, named));
    else parts.push(...bare(address));
  }
  parts.push(text.slice(from));
  return parts.filter((each) => each !== "");
}

// Ends of lines stay, as people see them while they write.
const lined = (lines) => lines.flatMap((line, index) => [index ? h("br") : null, ...inline(line)]);

const FENCE = /^ {0,3}```[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])[ \t]+/;

const begins = (line) => line.trim() === "" || [FENCE, HEADING, RULE, QUOTE, ITEM].some((kind) => kind.test(line));

class Blocks {
  constructor(lines, depth) {
    this.lines = lines;
    this.depth = depth;
    this.at = 0;
  }

  // The lines from here on for which `wanted` holds.
  take(wanted) {
    const from = this.at;
    while (this.at < this.lines.length && wanted(this.lines[this.at])) this.at += 1;
    return this.lines.slice(from, this.at);
  }

  fence() {
    this.at += 1;
    const code = this.take((line) => !FENCE.test(line));
    this.at += 1;
    return h("pre", { tabindex: "0" }, code.join("\n"));
  }

  heading() {
    const [, marks, text] = HEADING.exec(this.lines[this.at]);
    this.at += 1;
    return h(`h${Math.min(6, marks.length + 2)}`, {}, inline(text.trim()));
  }

  quote() {
    const inside = this.take((line) => QUOTE.test(line)).map((line) => line.replace(QUOTE, ""));
    return h("blockquote", {}, within(inside, this.depth));
  }

  // An item goes on in the lines that are further in than its mark.
  item() {
    const [mark, margin] = ITEM.exec(this.lines[this.at]);
    const first = this.lines[this.at].slice(mark.length);
    this.at += 1;
    const deeper = new RegExp(`^ {${margin.length + 2},}`);
    const rest = this.take((line) => deeper.test(line)).map((line) => line.slice(Math.min(mark.length, line.search(/[^ ]|$/))));
    return h("li", {}, rest.length === 0 ? inline(first) : within([first, ...rest], this.depth));
  }

  list() {
    const ordered = (line) => /^ *\d/.test(line);
    const kind = ordered(this.lines[this.at]);
    const first = Number.parseInt(this.lines[this.at].trim(), 10);
    const items = [];
    while (this.at < this.lines.length && ITEM.test(this.lines[this.at]) && !RULE.test(this.lines[this.at]) && ordered(this.lines[this.at]) === kind) items.push(this.item());
    return h(kind ? "ol" : "ul", { start: kind && first !== 1 ? String(first) : undefined }, items);
  }

  next() {
    const line = this.lines[this.at];
    if (FENCE.test(line)) return this.fence();
    if (HEADING.test(line)) return this.heading();
    if (RULE.test(line)) {
      this.at += 1;
      return h("hr");
    }
    if (QUOTE.test(line)) return this.quote();
    if (ITEM.test(line)) return this.list();
    this.at += 1;
    return h("p", {}, lined([line, ...this.take((each) => !begins(each))]));
  }

  all() {
    const parts = [];
    while (this.take((line) => line.trim() === ""), this.at < this.lines.length) parts.push(this.next());
    return parts;
  }
}

function within(lines, depth) {
  return depth >= DEEPEST ? [h("p", {}, lined(lines))] : new Blocks(lines, depth + 1).all();
}

export function markdown(text) {
  return h("div", { class: "markdown" }, within(text.split("\n"), 0));
}
