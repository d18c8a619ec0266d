// SPDX-License-Identifier: MIT
// All lanes on one screen.

import { actButton, actsOf, buttonsOf, mayAct } from "./acts.js";
import { MARK, alarmWords, directionOf, modeText, t, tc } from "./words.js";
import { clock, h, isUnderAFinger, left, put, redrawn, since } from "./dom.js";
import { drawLane } from "./draw.js";

export function attention(lane) {
  const open = lane.alarms.filter((code) => !lane.acknowledged.includes(code));
  if (lane.alarms.some((code) => alarmWords(code).severity === "high")) return "high";
  if (open.length > 0 || lane.state === "held" || lane.help_is_called) return "medium";
  return "";
}

export const chip = (className, ...content) => h("span", { class: `chip ${className}` }, content);

export function chips(lane) {
  return h("p", { class: "chips" },
    lane.help_is_called && chip("medium", `☎ ${t("help_called")}`),
    lane.is_locked && chip("low", `⛔ ${t("locked")}`),
    lane.turn === "turning" && chip("medium", `⇄ ${t("turning", { a: t(`direction_${lane.turn_to}`) })}`),
    lane.turn === "unknown" && chip("medium", `⇄ ${t("direction_lost")}`),
    lane.emergency_mode && chip("high", `⚠ ${modeText(lane)} `, left(lane.at + lane.emergency_mode.left_ms)),
    lane.alarms.map((code) => {
      const { severity, cause } = alarmWords(code);
      const isPutAside = lane.shelved.some((item) => item.code === code);
      return chip(isPutAside ? "low" : severity, `${MARK[severity]} ${cause}`,
        isPutAside ? ` (${t("put_aside")})` : lane.acknowledged.includes(code) ? ` (${t("acked")})` : "");
    }));
}

// Over every view, while a lane lets vehicles pass unasked: who, why, until when, and what it came to.
export function banners(lanes, role) {
  return [...lanes.values()].filter((lane) => lane.emergency_mode).map((lane) => h("p", { class: "banner", "data-mode": lane.name },
    h("a", { href: `#lane/${lane.name}`, "data-focus": `${lane.name} mode` }, `⚠ ${lane.name} ${modeText(lane)}`),
    h("span", {}, t("mode_until", { a: clock(lane.at + lane.emergency_mode.left_ms).slice(0, 5) }), " (", left(lane.at + lane.emergency_mode.left_ms), ")"),
    h("span", {}, t("mode_crossings", { a: lane.emergency_mode.crossings })), h("span", {}, `${t("reason")}: ${lane.emergency_mode.reason}`),
    mayAct(role, "emergency-mode") && buttonsOf(lane, "emergency-mode")));
}

export function verdictLine(lane) {
  const parts = [lane.verdict && tc("verdict", lane.verdict), lane.by && lane.by !== "-" && tc("by", lane.by),
    lane.reason && lane.reason !== "-" && `${tc("reason", lane.reason)} [${lane.reason}]`].filter(Boolean);
  return parts.join(" · ") || "–";
}

export const stageOf = (lane) => h("span", { class: "stage" }, tc("state", lane.state), " ", since(lane.at - (lane.state_age_ms ?? 0)));
export const signOf = (lane) => h("p", { class: "sign" }, h("span", { class: "for-ears" }, `${t("sign")}: `), lane.sign || " ");

function card(lane, role) {
  const isHeld = lane.state === "held" || lane.state === "silent";
  return h("article", { class: `lane ${attention(lane)}`, "data-lane": lane.name },
    h("header", {}, h("h2", {}, h("a", { href: `#lane/${lane.name}`, "data-focus": `${lane.name} depth` }, lane.name), ` ${directionOf(lane)}`),
      stageOf(lane)),
    drawLane(lane), signOf(lane),
    h("dl", {},
      h("dt", {}, t("plate")), h("dd", { class: "plate" }, lane.plate || "–"),
      h("dt", {}, t("evidence")), h("dd", {}, h("meter", { min: 0, max: Math.max(1, lane.evidence.length), value: lane.collected, "aria-label": t("evidence") }),
        ` ${t("collected_of", { a: lane.collected, b: lane.evidence.length })}`),
      h("dt", {}, t("verdict")), h("dd", {}, verdictLine(lane)),
      h("dt", {}, t("in_lane")), h("dd", {}, lane.passage ? since(lane.at - lane.opened_age_ms) : "–")),
    chips(lane),
    h("div", { class: "buttons" }, isHeld && actsOf(lane, role).slice(0, 3).map((act) => actButton(lane, act)),
      lane.help_is_called && mayAct(role, "answer") && actButton(lane, "answer"),
      lane.state === "blocked" && mayAct(role, "reset") && actButton(lane, "reset")));
}

// What a lane looks like: ages and the heartbeat go on by themselves and are no reason to draw it anew.
export const markOf = (lane, ...more) => JSON.stringify([lane, document.documentElement.lang, ...more], (name, value) =>
  (name === "at" || name === "heartbeat" || name.endsWith("_ms") ? undefined : value));

const drawn = new Map();

export function showLanes(place, lanes, role) {
  let grid = place.querySelector(".lanes");
  if (!grid) {
    drawn.clear();
    grid = h("div", { class: "lanes" });
    put(place, h("h2", { class: "for-ears" }, t("lanes")), grid);
  }
  for (const [name, old] of drawn) {
    if (lanes.has(name)) continue;
    old.element.remove();
    drawn.delete(name);
  }
  for (const lane of lanes.values()) {
    const old = drawn.get(lane.name);
    const mark = markOf(lane, role);
    // A button under a finger must not go away; the next second draws what came meanwhile.
    if (old?.mark === mark || isUnderAFinger() && old) continue;
    const element = card(lane, role);
    redrawn(old?.element ?? grid, () => (old ? old.element.replaceWith(element) : grid.append(element)));
    drawn.set(lane.name, { element, mark });
  }
}
