// The names of what is asked for, and what an answer may be instead.

export function path(...parts) {
  return parts.map((part) => "/" + encodeURIComponent(part)).join("");
}

// An error with the status of an answer.
export function refusal(sentence, status) {
  return Object.assign(new Error(sentence), { status });
}
