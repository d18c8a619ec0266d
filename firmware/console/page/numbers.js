// SPDX-License-Identifier: MIT
// 过卡统计: trucks, verdicts and time by stage, against a baseline. Plots by Chart.js, served by the board.

import { call } from "./api.js";
import { clock, duration, h, put, refocus, shown, table } from "./dom.js";
import { showTally } from "./tally.js";
import { t, tc } from "./words.js";

const STAGES = ["gather", "ask", "record", "lift", "leave", "own", "total"];
const PERIODS = { hour: 86400000, day: 30 * 86400000, shift: 7 * 86400000 };
const WORDS_OF = { hour: "by_hour", day: "by_day", shift: "by_shift" };

let by = "hour";
let me = null;
let library = null;
const charts = [];

// The library registers itself; it is read only where somebody looks at plots.
function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "chart.min.js" });
    script.addEventListener("load", () => resolve(window.Chart));
    script.addEventListener("error", () => reject(new Error("chart.min.js: not served; install libjs-chart.js on the board")));
    document.head.append(script);
  });
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Day and night have other colours: the plots are drawn again.
export function repaint(place) {
  if (place.querySelector(".plots")) shown(showNumbers(place));
}

function plot(Chart, canvas, type, labels, datasets, unit) {
  Chart.defaults.color = colour("--ink");
  Chart.defaults.borderColor = colour("--line");
  charts.push(new Chart(canvas, {
    type, data: { labels, datasets },
    options: {
      animation: false, responsive: true, maintainAspectRatio: false,
      scales: {
        x: { stacked: !unit, grid: { display: false } },
        y: { beginAtZero: true, stacked: !unit, ticks: unit ? {} : { precision: 0 }, title: { display: true, text: unit ?? t("trucks") } },
      },
      datasets: { bar: { maxBarThickness: 48 } },
    },
  }));
}

// Numbers that a supervisor kept, in this gate's console and not in one browser.
async function keepBaseline(from, until, place) {
  await call("POST", "baseline", { name: clock(until, true), from, until });
  await showNumbers(place);
}

function baselineLine(whole, kept, keep) {
  const total = whole.stages.total;
  const base = kept?.whole.stages.total;
  const button = me.role === "supervisor" && h("button", { type: "button", disabled: !total?.count, onclick: keep }, t("baseline_set"));
  if (!base?.count || !total?.count) return h("p", {}, kept ? "" : t("baseline_none"), " ", button);
  const percent = Math.round(100 * (1 - total.median_ms / base.median_ms));
  return h("p", { class: "verdict" }, t(percent >= 0 ? "faster" : "slower", { a: Math.abs(percent) }),
    ` (${t("median")} ${duration(total.median_ms)} / ${t("baseline")} ${duration(base.median_ms)}, ${kept.name}) `, button);
}

function tables({ rows, reasons, reads }) {
  const cells = (...values) => values.map((value) => h("td", {}, String(value ?? 0)));
  const label = (row) => h("th", { scope: "row" }, clock(row.begin_ms, true));
  const rates = new Map();
  for (const { device, state, count } of reads) {
    const rate = rates.get(device) ?? { good: 0, all: 0 };
    rate.all += count;
    if (state === "collected") rate.good += count;
    rates.set(device, rate);
  }
  return [
    h("h3", {}, t("by_arrival")),
    table(["period", "trucks", "automatic", "by_hand", "not_lifted", "held"].map((name) => t(name)),
      rows.map((row) => h("tr", {}, label(row), cells(row.passages, row.automatic, row.by_hand, row.not_lifted, row.held))), { label: t("trucks") }),
    h("h3", {}, `${t("stages")} (${t("median")} / ${t("p95")})`),
    table([t("period"), ...STAGES.map((name) => tc("stage", name))],
      rows.map((row) => h("tr", {}, label(row), STAGES.map((name) => h("td", {}, row.stages[name]?.count ?
        [duration(row.stages[name].median_ms), h("br"), h("small", {}, duration(row.stages[name].p95_ms))] : "–")))), { label: t("stages") }),
    h("section", { class: "columns" },
      h("div", {}, h("h3", {}, t("hold_reasons")), table([t("why"), t("code"), t("count")],
        reasons.map((item) => h("tr", {}, h("th", { scope: "row" }, tc("reason", item.reason)), cells(item.reason, item.count))), { label: t("hold_reasons") })),
      h("div", {}, h("h3", {}, t("read_rates")), table([t("device"), t("rate"), t("count")],
        [...rates].map(([device, rate]) => h("tr", {}, h("th", { scope: "row" }, device), cells(`${(100 * rate.good / rate.all).toFixed(1)} %`, rate.all))), { label: t("read_rates") }))),
  ];
}

export async function showNumbers(place, who) {
  me = who ?? me;
  const until = Date.now();
  const from = until - PERIODS[by];
  const [answer, { baseline }] = await Promise.all([
    call("GET", `statistics?from=${from}&until=${until}&by=${by}`), call("GET", "baseline")]);
  const labels = answer.rows.map((row) => (by === "day" ? clock(row.begin_ms, true).slice(5, 10) : clock(row.begin_ms, true).slice(by === "hour" ? 11 : 5, 16)));
  const trucks = h("canvas", { role: "img", "aria-label": t("trucks") });
  const stages = h("canvas", { role: "img", "aria-label": t("stages") });
  const cargo = h("section", {});
  while (charts.length) charts.pop().destroy();
  put(place, h("h2", {}, t("numbers")),
    h("div", { class: "buttons", role: "group", "aria-label": t("period") }, Object.keys(PERIODS).map((name) =>
      h("button", { type: "button", "aria-pressed": String(name === by), "data-focus": `by ${name}`, onclick: () => { by = name; shown(showNumbers(place).then(() => refocus(`by ${name}`))); } }, t(WORDS_OF[name]))),
      h("button", { type: "button", "data-focus": "refresh", onclick: () => shown(showNumbers(place).then(() => refocus("refresh"))) }, t("refresh")),
      h("span", { class: "quiet" }, t("as_of", { a: clock(until) }))),
    baselineLine(answer.whole, baseline, () => shown(keepBaseline(from, until, place))),
    h("div", { class: "plots" }, h("div", { class: "plot" }, trucks), h("div", { class: "plot" }, stages)),
    cargo, tables(answer), h("p", { class: "quiet" }, t("followed", { a: answer.followed })));
  showTally(cargo, by);
  const Chart = await loadLibrary();
  const base = baseline?.whole.stages.total;
  plot(Chart, trucks, "bar", labels, [["automatic", "--plain"], ["by_hand", "--medium"], ["not_lifted", "--line"]].map(([name, paint]) =>
    ({ label: t(name), data: answer.rows.map((row) => row[name]), backgroundColor: colour(paint) })));
  const seconds = (row, key) => (row.stages.total?.count ? row.stages.total[key] / 1000 : null);
  plot(Chart, stages, "line", labels, [
    { label: `${tc("stage", "total")} ${t("median")}`, data: answer.rows.map((row) => seconds(row, "median_ms")), borderColor: colour("--ink"), spanGaps: true },
    { label: `${tc("stage", "total")} ${t("p95")}`, data: answer.rows.map((row) => seconds(row, "p95_ms")), borderColor: colour("--plain"), borderDash: [6, 4], spanGaps: true },
    ...(base?.count ? [{ label: t("baseline"), data: answer.rows.map(() => base.median_ms / 1000), borderColor: colour("--medium"), pointRadius: labels.length > 1 ? 0 : 4 }] : []),
  ], "s");
}
