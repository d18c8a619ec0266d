// SPDX-License-Identifier: MIT
// 过卡统计: what passed, loaded or empty, boxes and TEU, by order type: the figures of kakou stats.

import { call } from "./api.js";
import { failure, h, put, table } from "./dom.js";
import { t, tc } from "./words.js";

const DAYS = { hour: 1, day: 30, shift: 7 };
const DAY_MS = 86400000;
const HOW = ["passages", "automatic", "by_hand", "not_lifted", "automatic_share"];
const CARGO = ["passed_through", "loaded", "empty", "load_unknown", "box_count", "teu", "gross_tonnes"];

const two = (number) => String(number).padStart(2, "0");

function dayOf(wallMs) {
  const date = new Date(wallMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

// What is not known is a number of its own behind what is.
const known = (value, unknown) => (unknown > 0 ? `${value} +${unknown}?` : String(value));

const howCells = (row) => [row.passages, row.automatic, row.manual, row.not_lifted,
  row.automatic_permille === null ? "–" : `${(row.automatic_permille / 10).toFixed(1)} %`];

const cargoCells = (row) => [row.passed, row.loaded, row.empty, row.load_unknown, known(row.boxes, row.boxes_unknown),
  known(row.teu, row.boxes_without_size), known((row.gross_kg / 1000).toFixed(1), row.not_weighed)];

const cells = (values) => values.map((value) => h("td", { class: "nowrap" }, String(value)));
const head = (...parts) => h("th", { scope: "row" }, parts.filter(Boolean).join(" "));
const way = (direction) => (direction ? t(`direction_${direction}`) : "?");
const words = (names) => names.map((name) => t(name));

function draw({ rows, whole, by_order_type: types, manual_lifts: manual }) {
  const all = rows.length > 1 && h("tr", { class: "whole" }, head(t("all_together")), h("td", {}, ""), cells(howCells(whole)), cells(cargoCells(whole)));
  return [
    table([t("period"), t("way"), ...words(HOW), ...words(CARGO)], [
      ...rows.map((row) => h("tr", {}, head(row.day, row.shift), h("td", { class: "nowrap" }, way(row.direction)), cells(howCells(row)), cells(cargoCells(row)))),
      all].filter(Boolean), { class: "tally", label: t("cargo") }),
    h("p", { class: "quiet" }, t("tally_how")),
    h("h3", {}, t("by_type")), table([t("type"), t("way"), ...words(CARGO)], types.map((row) =>
      h("tr", {}, head(row.order_type === null ? `? ${t("type_unknown")}` : `${row.order_type} ${tc("order_type", row.order_type)}`),
        h("td", { class: "nowrap" }, way(row.direction)), cells(cargoCells(row)))), { class: "tally", label: t("by_type") }),
    h("h3", {}, t("manual_lifts")), manual.length ? table([t("officer"), t("why"), t("count")], manual.map((item) =>
      h("tr", {}, head(item.officer || "–"), h("td", {}, tc("reason", item.reason)), cells([item.count]))), { label: t("manual_lifts") }) : h("p", {}, t("none")),
  ];
}

// kakoud counts it from the record, which may take a moment: the rest of the page does not wait for it.
export async function showTally(place, by) {
  put(place, h("h3", {}, t("cargo")), h("p", {}, t("loading")));
  const now = Date.now();
  try {
    const tally = await call("GET", `tally?from=${dayOf(now - (DAYS[by] - 1) * DAY_MS)}&to=${dayOf(now)}&by=${by === "shift" ? "shift" : "day"}`);
    put(place, h("h3", {}, t("cargo")), tally.rows.length ? draw(tally) : h("p", {}, t("nothing")));
  } catch (error) {
    put(place, h("h3", {}, t("cargo")), h("p", { class: "look" }, failure(error)));
  }
}
