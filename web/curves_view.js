// A metric of all trials as curves in one picture.
import { SERVED, get, offers } from "/assets/api.js";
import { axisChoice } from "/assets/charts.js";
import { drawCurves, nearest, prepared, traceCurve } from "/assets/curves.js";
import { h, note, number, table } from "/assets/parts.js";
import { path } from "/assets/paths.js";
import { address, change } from "/assets/place.js";
import { Plane } from "/assets/plane.js";
import { axisOf } from "/assets/scales.js";

const MOST_CURVES = 1000;
const MOST_POINTS = 200000;  // of all curves together
const LISTED = 50;
const POINTS = [2000, 1000, 500, 200, 100];  // of a curve: few steps, so that the service may keep what it has gathered

function choices(view, metrics, shown) {
  const smooth = h("input", { type: "range", name: "smooth", min: "0", max: "0.98", step: "0.02", value: view.smooth || "0",
    onchange: (event) => change({ smooth: event.target.value }) });
  const select = (name, text, value, options) => h("label", {}, text, h("select", { name, onchange: (event) => change({ [name]: event.target.value }) },
    options.map(([each, said]) => h("option", { value: each, selected: each === value }, said))));
  return h("div", { class: "controls" },
    select("metric", "Metric", shown, metrics.map((each) => [each, each])),
    SERVED && select("by", "Against", view.by || "iteration", [["iteration", "iteration"], ["time", "seconds since the trial began"]]),
    select("x", "Axis below", view.x || "linear", [["linear", "linear"], ["log", "in powers of ten"]]),
    axisChoice(view.axis, (axis) => change({ axis })),
    h("label", {}, `Smoothing ${view.smooth || 0}`, smooth),
    SERVED && h("label", { class: "wide" }, "Only trials for which this holds", h("input", { name: "filter", value: view.filter || "", maxlength: "2000",
      autocomplete: "off", spellcheck: "false", placeholder: "lr > 0.001", onchange: (event) => change({ filter: event.target.value.trim() }) })));
}

function caption(answer, curves, view, axis) {
  const missing = curves.reduce((sum, each) => sum + each.missing, 0);
  const thinned = curves.filter((each) => each.count > each.xs.length).length;
  return [
    curves.length < answer.total ? `The best ${curves.length} of ${answer.total} trials.` : `${curves.length === 1 ? "1 trial" : `${curves.length} trials`}.`,
    "The better a trial's objective is, the bluer its curve is and the later it is drawn.",
    missing ? `${missing === 1 ? "1 value is not a finite number" : `${missing} values are not finite numbers`}: the curve has a gap there, and a cross stands at the lower edge.` : "",
    thinned ? `${thinned === 1 ? "1 curve has" : `${thinned} curves have`} more results than are drawn; evenly spaced ones are.` : "",
    view.smooth ? "A smoothed curve has what was reported as a pale one behind it." : "",
    axis.cut ? "Values far away from the others lie outside the picture." : "",
    axis.refused && view.axis === "log" ? "Not all values are above 0, so the axis is linear." : "",
    "A drag shows a part of the picture, a double click all of it; a click opens the trial.",
  ].filter(Boolean).join(" ");
}

function numbers(name, metric, curves) {
  const rows = curves.slice(0, LISTED);
  return h("details", {}, h("summary", {}, curves.length > LISTED ? `The numbers of the first ${LISTED}` : "The numbers"), table(`Curves of ${metric}`, [
    { heading: "Trial", cell: (row) => h("a", { href: address([name, "trials", row.trial]) }, String(row.trial)) },
    { heading: "Results", number: true, cell: (row) => number(row.count) },
    { heading: "First", number: true, cell: (row) => number(row.first) },
    { heading: "Smallest", number: true, cell: (row) => number(row.low) },
    { heading: "Largest", number: true, cell: (row) => number(row.high) },
    { heading: "Last", number: true, cell: (row) => number(row.last) },
    { heading: "Not finite", number: true, cell: (row) => number(row.missing) },
  ], rows));
}

function picture(name, metric, curves, view) {
  const by = view.by === "time" ? "seconds since the trial began" : "iteration";
  const axis = axisOf(curves.flatMap((each) => Array.from(each.ys)), view.axis);
  const below = axisOf(curves.flatMap((each) => [each.xs[0], each.xs[each.xs.length - 1], ...each.xs.filter((at) => at > 0).slice(0, 1)])
    .filter((at) => view.x !== "log" || at > 0), view.x);
  if (!axis || !below) return { axis: {}, element: note(`None of the values of ${metric} is a finite number.`) };
  const plane = new Plane({
    key: ["curves", name, metric, view.by, view.x, view.axis].join("/"),
    label: `${metric} of ${curves.length} trials against ${by}. The numbers are in the table below.`,
    height: 460,
    axes: { x: { name: by, kind: below.kind, range: below.range }, y: { name: metric, kind: axis.kind, range: axis.range } },
    draw: (context, now, colours) => drawCurves(context, now, curves, colours),
    find: (now, px, py) => nearest(now, curves, px, py),
    say: ({ curve, at }) => `trial ${curve.trial}\n${view.by === "time" ? "after" : "iteration"} ${number(curve.xs[at])}${view.by === "time" ? " s" : ""}: ${metric} ${number(curve.ys[at])}`
      + (curve.smooth ? `, smoothed ${number(curve.smooth[at])}` : ""),
    open: ({ curve }) => { location.hash = address([name, "trials", curve.trial]); },
    mark: (context, now, { curve }, colours) => traceCurve(context, now, curve, colours.text, 2.5),
  });
  return { axis, element: plane.element };
}

export async function curvesView(name, view, signal) {
  const where = path("experiments", name);
  const about = await get(where + "/columns", { filter: view.filter, limit: 50 }, signal);
  const metrics = about.columns.filter((each) => each.kind !== "parameter").map((each) => each.name)
    .filter((each) => offers(where + "/curves", { metric: each }));
  const metric = metrics.includes(view.metric) ? view.metric : metrics[0];
  const sort = about.columns.find((each) => each.kind === "objective").name;
  const points = POINTS.find((each) => each * Math.min(about.total, MOST_CURVES) <= MOST_POINTS) || 100;
  const answer = await get(where + "/curves", { metric, by: view.by, filter: view.filter, sort, points, limit: MOST_CURVES }, signal);
  const curves = prepared(answer.curves, Number(view.smooth) || 0);
  const parts = [h("h2", {}, `${metric} of the trials`), choices(view, metrics, metric)];
  if (curves.length === 0) return [...parts, note(view.filter ? "No trial like that has reported it." : `No result has ${metric} yet.`)];
  const { axis, element } = picture(name, metric, curves, view);
  if (!axis.kind) return [...parts, element, numbers(name, metric, curves)];
  return [...parts, h("figure", {}, element, h("figcaption", {}, caption(answer, curves, view, axis)), numbers(name, metric, curves))];
}
