// SPDX-License-Identifier: MIT
// All lanes on one screen, and one lane in depth.

import { call } from "./api.js";
import { actsOf, chooseOrder, mayAct, openAct } from "./acts.js";
import { alarmWords, t, tc } from "./words.js";
import { duration, h, put } from "./dom.js";
import { drawLane } from "./draw.js";
import { pictureOf, timelineOf } from "./passage.js";

// Ages of what the stream told, gone on since.
const ageOf = (lane, name) => (lane[name] === null || lane[name] === undefined ? null : lane[name] + Date.now() - lane.at);

function attention(lane) {
  const open = lane.alarms.filter((code) => !lane.acknowledged.includes(code));
  if (lane.alarms.some((code) => alarmWords(code).severity === "high")) return "high";
  if (open.length > 0 || lane.state === "held" || lane.help_is_called) return "medium";
  return "";
}

const chip = (className, text) => h("span", { class: `chip ${className}` }, text);

function chips(lane) {
  return h("p", { class: "chips" },
    lane.help_is_called && chip("medium", `☎ ${t("help_called")}`),
    lane.is_locked && chip("low", `⛔ ${t("locked")}`),
    lane.emergency_mode && chip("high", `⚠ ${t("emergency_mode", { a: lane.emergency_mode.by, b: duration(lane.emergency_mode.left_ms) })}`),
    lane.alarms.map((code) => {
      const { severity, cause } = alarmWords(code);
      const mark = { high: "▲", medium: "◆", low: "●" }[severity];
      return chip(severity, `${mark} ${cause}${lane.acknowledged.includes(code) ? ` (${t("acked")})` : ""}`);
    }));
}

function verdictLine(lane) {
  const parts = [lane.verdict && tc("verdict", lane.verdict), lane.by && lane.by !== "-" && tc("by", lane.by),
    lane.reason && lane.reason !== "-" && `${tc("reason", lane.reason)} [${lane.reason}]`].filter(Boolean);
  return parts.join(" · ") || "–";
}

function actButtons(lane, role) {
  return actsOf(lane, role).map((act) => h("button", {
    type: "button", class: `act ${act}`, "data-act": act,
    onclick: () => openAct(lane, act, { passage: ["lock", "open", "emergency", "answer"].includes(act) ? 0 : lane.passage }),
  }, tc("act", act)));
}

function card(lane, role) {
  const stage = `${tc("state", lane.state)} ${duration(ageOf(lane, "state_age_ms"))}`;
  const isHeld = lane.state === "held" || lane.state === "silent";
  return h("article", { class: `lane ${attention(lane)}`, "data-lane": lane.name },
    h("header", {}, h("h2", {}, h("a", { href: `#lane/${lane.name}` }, lane.name), ` ${t(`direction_${lane.direction}`)}`),
      h("span", { class: "stage" }, stage)),
    drawLane(lane),
    h("p", { class: "sign", "aria-label": t("sign") }, lane.sign || " "),
    h("dl", {},
      h("dt", {}, t("plate")), h("dd", { class: "plate" }, lane.plate || "–"),
      h("dt", {}, t("evidence")), h("dd", {}, h("meter", { min: 0, max: Math.max(1, lane.required), value: Math.min(lane.collected, lane.required), "aria-label": t("evidence") }),
        ` ${t("collected_of", { a: lane.collected, b: lane.evidence.length })}`),
      h("dt", {}, t("verdict")), h("dd", {}, verdictLine(lane)),
      h("dt", {}, t("in_lane")), h("dd", {}, lane.passage ? duration(ageOf(lane, "opened_age_ms")) : "–")),
    chips(lane),
    isHeld && h("div", { class: "buttons" }, actButtons(lane, role).slice(0, 3)),
    lane.help_is_called && mayAct(role, "answer") && h("button", { type: "button", onclick: () => openAct(lane, "answer") }, tc("act", "answer")));
}

// Redraws only what changed: a button under a finger must not go away.
const drawn = new Map();

export function showLanes(place, lanes, role) {
  let grid = place.querySelector(".lanes");
  if (!grid) {
    drawn.clear();
    grid = h("div", { class: "lanes" });
    put(place, grid);
  }
  for (const [name] of drawn) {
    if (lanes.has(name)) continue;
    drawn.get(name).element.remove();
    drawn.delete(name);
  }
  for (const lane of lanes.values()) {
    const mark = JSON.stringify([lane, document.documentElement.lang, role, Math.floor(Date.now() / 1000)]);
    const old = drawn.get(lane.name);
    if (old?.mark === mark || old?.element.contains(document.activeElement) && old.key === keyOf(lane)) continue;
    const element = card(lane, role);
    if (old) old.element.replaceWith(element);
    else grid.append(element);
    drawn.set(lane.name, { element, mark, key: keyOf(lane) });
  }
}

const keyOf = (lane) => [lane.state, lane.passage, lane.alarms.join(), lane.is_locked, lane.help_is_called].join("|");

// ---- one lane in depth ---------------------------------------------------------------------

let depth = null; // {name, passage, detail}
let asked = 0;

function evidenceRow(lane, item, pictures, role) {
  const act = item.state === "missing" || item.state === "awaited" ? "enter" : "correct";
  const isDoubtful = item.state === "doubtful" || (item.state === "missing" && item.is_required);
  return h("tr", { class: isDoubtful ? "look" : "" },
    h("th", { scope: "row" }, t(item.kind), h("small", {}, ` ${t(item.is_required ? "required" : "optional")}`)),
    h("td", {}, { collected: "✓", doubtful: "?", missing: "✗", awaited: "…" }[item.state], " ", tc("evidence", item.state)),
    h("td", { class: "read" }, item.text || "–"),
    h("td", {}, pictures.map((picture) => pictureOf(picture))),
    h("td", {}, tc("hand", item.hand)),
    h("td", {}, item.state === "awaited" ? "–" : `${item.confidence} %`),
    h("td", {}, item.age_ms === null ? "–" : duration(item.age_ms + Date.now() - lane.at)),
    h("td", {}, lane.passage && mayAct(role, act) && ["plate", "tag", "box", "weight", "card", "seal"].includes(item.kind) ?
      h("button", { type: "button", "aria-label": `${tc("act", act)} ${t(item.kind)}`, onclick: () => openAct(lane, act, {
        passage: lane.passage, subject: item.kind, was: item.text, label: t(item.kind),
      }) }, tc("act", act)) : null));
}

function bypassText(code) {
  const [head, rest] = code.split(":");
  const kind = head.startsWith("no_") && t(head.slice(3));
  return kind ? `${t("none")} ${kind}` : `${tc("bypass", head)}${rest ? ` ${rest}` : ""}`;
}

export function forgetDepth() {
  depth = null;
}

// A new event of the passage that is looked at: its detail is asked again, once for many.
export function hearRecord(event, redraw) {
  const passage = event.bytes?.passage;
  if (!depth || !passage || passage !== depth.passage) return;
  clearTimeout(asked);
  asked = setTimeout(() => readPassage(passage, redraw), 300);
}

async function readPassage(passage, redraw) {
  const detail = await call("GET", `passages/${passage}`).catch(() => null);
  if (depth?.passage !== passage || !detail) return;
  depth.detail = detail;
  redraw(true);
}

let depthMark = "";

export function showLane(place, lane, role, redraw, isForced = false) {
  if (!lane) {
    put(place, h("p", {}, t("loading")));
    return;
  }
  if (depth?.name !== lane.name || depth.passage !== lane.passage) {
    depth = { name: lane.name, passage: lane.passage, detail: null };
    if (lane.passage) readPassage(lane.passage, redraw);
    isForced = true;
  }
  const mark = JSON.stringify([lane, document.documentElement.lang, Math.floor(Date.now() / 1000)]);
  if (!isForced && (mark === depthMark || place.contains(document.activeElement) && place.querySelector(`[data-key="${CSS.escape(keyOf(lane))}"]`))) return;
  depthMark = mark;
  const pictures = depth.detail?.pictures ?? [];
  put(place, h("article", { class: `lane depth ${attention(lane)}`, "data-lane": lane.name, "data-key": keyOf(lane) },
    h("header", {}, h("a", { href: "#lanes" }, `‹ ${t("back")}`),
      h("h2", {}, `${lane.name} ${t(`direction_${lane.direction}`)} · ${lane.passage ? `${t("passage")} ${lane.passage}` : t("lane_empty")}`),
      h("span", { class: "stage" }, `${tc("state", lane.state)} ${duration(ageOf(lane, "state_age_ms"))}`)),
    drawLane(lane),
    h("p", { class: "sign" }, lane.sign || " "),
    chips(lane),
    lane.bypasses.length > 0 && h("p", { class: "chips" }, `${t("bypasses")}: `, lane.bypasses.map((code) => chip("low", bypassText(code)))),
    h("section", { class: "columns" },
      h("div", {}, h("h3", {}, `${t("evidence")} · ${t("collected_of", { a: lane.collected, b: lane.evidence.length })}`),
        h("table", { class: "evidence" }, h("thead", {}, h("tr", {}, ["evidence", "state", "read", "pictures", "source", "confidence", "age", "acts"].map((name) => h("th", { scope: "col" }, t(name))))),
          h("tbody", {}, lane.evidence.map((item) => evidenceRow(lane, item, pictures.filter((picture) => picture.slot === item.kind), role))))),
      h("div", {}, h("h3", {}, t("verdict")), h("p", { class: "verdict" }, verdictLine(lane)),
        lane.seq_no && h("p", {}, `${t("customs")} SEQ_NO ${lane.seq_no}`),
        lane.order_count > 0 && h("p", {}, `${t("orders")}: ${lane.orders.map((order) => order.number ?? order).join(", ")} `,
          lane.passage && mayAct(role, "choose") ? h("button", { type: "button", onclick: () => chooseOrder(lane) }, tc("act", "choose")) : null),
        h("h3", {}, t("acts")), h("div", { class: "buttons" }, actButtons(lane, role)))),
    lane.passage ? h("section", {}, h("h3", {}, t("timeline")), depth.detail ? timelineOf(depth.detail) : h("p", {}, t("loading"))) : null));
}
