// SPDX-License-Identifier: MIT
// One lane in depth, or several beside each other.

import { call } from "./api.js";
import { actButton, actsOf, buttonsOf, chooseOrder, mayAct } from "./acts.js";
import { bypassText, directionOf, t, tc } from "./words.js";
import { h, isUnderAFinger, put, redrawn, since } from "./dom.js";
import { drawLane } from "./draw.js";
import { attention, chip, chips, markOf, signOf, stageOf, verdictLine } from "./live.js";
import { SIGN_OF, customsOf, pictureOf, readText, stagesOf, timelineOf } from "./passage.js";

const CORRECTED = new Set(["plate", "tag", "box", "weight", "card", "seal"]);

// By lane: {passage, detail, asked (timer), mark, element}.
const depths = new Map();

function evidenceRow(lane, item, pictures, role) {
  const act = item.state === "missing" || item.state === "awaited" ? "enter" : "correct";
  const isDoubtful = item.state === "doubtful" || (item.state === "missing" && item.is_required);
  const isKnown = item.state !== "awaited" && item.state !== "missing";
  return h("tr", { class: isDoubtful ? "look" : "" },
    h("th", { scope: "row" }, t(item.kind), h("small", {}, ` ${t(item.is_required ? "required" : "optional")}`)),
    h("td", { class: "nowrap" }, SIGN_OF[item.state], " ", tc("evidence", item.state)),
    h("td", { class: "read" }, readText(item.kind, item.text)),
    h("td", {}, pictures.map((picture) => pictureOf(picture))),
    h("td", {}, isKnown ? tc("hand", item.hand) : "–"),
    h("td", { class: "nowrap" }, isKnown ? `${item.confidence} %` : "–"),
    h("td", { class: "nowrap" }, item.age_ms === null || !isKnown ? "–" : since(lane.at - item.age_ms)),
    h("td", {}, lane.passage && mayAct(role, act) && CORRECTED.has(item.kind) ?
      actButton(lane, act, { subject: item.kind, was: item.text.replace(/ (kg|sealed|low battery)$/, ""), label: t(item.kind) }) : null));
}

function evidenceTable(lane, pictures, role) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${lane.name} ${t("evidence")}` },
    h("table", { class: "evidence" }, h("thead", {}, h("tr", {}, ["evidence", "state", "read", "pictures", "source", "confidence", "age", "acts"].map((name) => h("th", { scope: "col" }, t(name))))),
      h("tbody", {}, lane.evidence.map((item) => evidenceRow(lane, item, pictures.filter((picture) => picture.slot === item.kind), role)))));
}

function decide(lane, role) {
  return h("section", { class: "decide" }, h("h3", {}, t("verdict")), h("p", { class: "verdict" }, verdictLine(lane)),
    lane.order_count > 0 && h("p", {}, `${t("orders")}: ${lane.orders.map((order) => order.number ?? order).join(", ")} `,
      lane.passage && mayAct(role, "choose") ? h("button", { type: "button", "data-focus": `${lane.name} choose`, "data-act": "choose", onclick: () => chooseOrder(lane) }, tc("act", "choose")) : null),
    chips(lane),
    lane.bypasses.length > 0 && h("p", { class: "chips" }, `${t("bypasses")}: `, lane.bypasses.map((code) => chip("low", `◆ ${bypassText(code)}`))),
    actsOf(lane, role).length > 0 && [h("h3", {}, t("acts")), h("div", { class: "buttons" }, actsOf(lane, role).map((act) => buttonsOf(lane, act)))]);
}

// Links that take another lane beside this one, or away.
function besides(name, names, lanes) {
  const link = (word, others) => h("a", { href: `#lane/${others.join(",")}`, "data-focus": `${name} ${word}` }, word);
  return h("nav", { class: "besides", "aria-label": t("besides") },
    names.length > 1 ? link(`− ${name}`, names.filter((other) => other !== name)) : null,
    [...lanes.keys()].filter((other) => !names.includes(other)).map((other) => link(`+ ${other}`, [...names, other])));
}

function draw(lane, role, names, lanes, detail) {
  const pictures = detail?.pictures ?? [];
  return h("article", { class: `lane depth ${attention(lane)}`, "data-lane": lane.name },
    h("header", {}, h("a", { href: "#lanes", "data-focus": `${lane.name} back` }, `‹ ${t("back")}`),
      h("h2", {}, `${lane.name} ${directionOf(lane)} · ${lane.passage ? `${t("passage")} ${lane.passage} · ${lane.plate || "–"}` : t("lane_empty")}`),
      stageOf(lane), besides(lane.name, names, lanes)),
    h("div", { class: "glance" }, h("div", {}, drawLane(lane), signOf(lane),
      lane.passage > 0 && stagesOf(detail?.events ?? [], lane.at - lane.opened_age_ms)), decide(lane, role)),
    h("h3", {}, `${t("evidence")} · ${t("collected_of", { a: lane.collected, b: lane.evidence.length })}`),
    evidenceTable(lane, pictures, role),
    lane.passage > 0 && [h("h3", {}, t("customs")), detail ? customsOf(detail.events) : h("p", {}, t("loading")),
      h("h3", {}, t("timeline")), detail ? timelineOf(detail) : null]);
}

export function forgetDepth() {
  depths.clear();
}

// A new event of a passage that is looked at: its detail is asked again, once for many.
export function hearRecord(event, redraw) {
  const passage = event.bytes?.passage;
  for (const depth of depths.values()) {
    if (!passage || passage !== depth.passage) continue;
    clearTimeout(depth.asked);
    depth.asked = setTimeout(() => readPassage(depth, redraw), 300);
  }
}

async function readPassage(depth, redraw) {
  const { passage } = depth;
  if (!passage) return; // it has left meanwhile
  const detail = await call("GET", `passages/${passage}`, undefined, true).catch(() => null);
  if (depth.passage !== passage || !detail) return;
  depth.detail = detail;
  depth.mark = "";
  redraw();
}

function depthOf(lane, redraw) {
  let depth = depths.get(lane.name);
  if (!depth) depths.set(lane.name, depth = {});
  if (depth.passage !== lane.passage) {
    Object.assign(depth, { passage: lane.passage, detail: null });
    if (lane.passage) readPassage(depth, redraw);
  }
  return depth;
}

export function showLane(place, which, lanes, role, redraw) {
  const names = which.split(",").filter((name) => lanes.has(name));
  let grid = place.querySelector(".beside");
  if (names.length === 0) {
    put(place, h("p", {}, t(lanes.size ? "no_lane" : "loading")));
    return;
  }
  if (!grid || grid.dataset.names !== names.join()) {
    depths.clear();
    grid = h("div", { class: "beside", "data-names": names.join() });
    put(place, grid);
  }
  for (const name of names) {
    const lane = lanes.get(name);
    const depth = depthOf(lane, redraw);
    const mark = markOf(lane, role, depth.detail?.events.length ?? 0, lanes.size);
    if (depth.mark === mark || isUnderAFinger() && depth.element) continue;
    const open = [...(depth.element?.querySelectorAll("details[open]") ?? [])].map((item) => item.dataset.seq);
    const element = draw(lane, role, names, lanes, depth.detail);
    for (const seq of open) element.querySelector(`details[data-seq="${seq}"]`)?.setAttribute("open", "");
    redrawn(depth.element ?? grid, () => (depth.element ? depth.element.replaceWith(element) : grid.append(element)));
    Object.assign(depth, { mark, element });
  }
}
