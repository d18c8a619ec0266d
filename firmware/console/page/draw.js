// SPDX-License-Identifier: MIT
// A lane from above: its loops, beams and arms, and the truck as they see it.

import { s } from "./dom.js";
import { t, tc } from "./words.js";

const WIDE = 640;
const ROAD = { top: 46, bottom: 110 };
// Where each sensor lies along the way of a truck, from left to right.
const PLACES = {
  approach: [24, 84], entry_loop: [96, 136], entry_beam: [112, 120], scale_entry: [168, 176], scale_exit: [384, 392],
  safety_loop: [444, 504], beam: [470, 478], exit: [556, 616],
};
const BEAMS = new Set(["entry_beam", "scale_entry", "scale_exit", "beam"]);
const ARM_X = 474;
const ENTRY_X = 116;
const TRUCK_LEAST = 120;

// Where the truck of a passage was seen last, so that it does not vanish between two sensors.
const seen = new Map();

export const sensorsOf = (lane) => Object.keys(PLACES).filter((name) => name in (lane.inputs ?? {}));
export const occupiedOf = (lane) => sensorsOf(lane).filter((name) => lane.inputs[name]);

function placeTruck(lane) {
  const occupied = occupiedOf(lane);
  if (!lane.passage && occupied.length === 0) {
    seen.delete(lane.name);
    return null;
  }
  if (occupied.length > 0) {
    const left = Math.min(...occupied.map((name) => PLACES[name][0]));
    const right = Math.max(...occupied.map((name) => PLACES[name][1]));
    const middle = (left + right) / 2;
    const half = Math.max(right - left + 16, TRUCK_LEAST) / 2;
    const place = { left: Math.max(4, middle - half), right: Math.min(WIDE - 4, middle + half) };
    seen.set(lane.name, { passage: lane.passage, ...place });
    return { ...place, isSeen: true };
  }
  const last = seen.get(lane.name);
  // On the deck between two beams nothing sees it: that is where it stands while it is weighed.
  if (!last || last.passage !== lane.passage || (lane.inputs.scale_entry !== undefined && last.right < 392))
    return { left: 190, right: 372, isSeen: false };
  return { left: last.left, right: last.right, isSeen: false };
}

function drawSensor(lane, name) {
  const [left, right] = PLACES[name];
  const isOn = lane.inputs[name];
  const label = s("title", {}, `${tc("loop", name)}: ${t(isOn ? "occupied" : "clear")}`);
  const kind = `sensor ${BEAMS.has(name) ? "beam" : "loop"}${isOn ? " on" : ""}`;
  if (BEAMS.has(name))
    return s("line", { class: kind, x1: (left + right) / 2, x2: (left + right) / 2, y1: ROAD.top - 8, y2: ROAD.bottom + 8 }, label);
  return s("rect", { class: kind, x: left, y: ROAD.top + 8, width: right - left, height: ROAD.bottom - ROAD.top - 16, rx: 6 }, label);
}

// Seen from above a lowered arm bars the road; a raised one is a stub at its post.
function drawArm(x, state, className) {
  const reach = { down: 1, lowering: 0.6, between: 0.6, rising: 0.6, unknown: 0.6, up: 0.12 }[state] ?? 0.6;
  const isMoving = state === "rising" || state === "lowering";
  return s("g", { class: `arm ${className} ${state}${isMoving ? " moving" : ""}` },
    s("rect", { class: "post", x: x - 6, y: ROAD.bottom + 8, width: 12, height: 12 }),
    s("line", { x1: x, x2: x, y1: ROAD.bottom + 10, y2: ROAD.bottom + 10 - reach * (ROAD.bottom - ROAD.top + 20) }),
    s("title", {}, tc("arm", state)));
}

function drawLight(lane) {
  const isGreen = lane.light === "green";
  // Place and letter tell it as well as colour: red above, green below.
  return s("g", { class: "light" },
    s("rect", { x: 524, y: 2, width: 22, height: 40, rx: 4 }),
    s("circle", { class: isGreen ? "off" : "red", cx: 535, cy: 13, r: 7 }),
    s("circle", { class: isGreen ? "green" : "off", cx: 535, cy: 31, r: 7 }),
    s("title", {}, tc("light", lane.light)));
}

function drawTruck(lane, place) {
  const width = place.right - place.left;
  const behind = lane.is_turned ? 30 : 0; // its cab comes first, whichever way the lane goes
  return s("g", { class: `truck${place.isSeen ? "" : " unseen"}` },
    s("rect", { x: place.left + behind, y: ROAD.top + 14, width: Math.max(width - 30, 20), height: 36, rx: 3 }),
    s("rect", { class: "cab", x: lane.is_turned ? place.left + 1 : place.right - 27, y: ROAD.top + 16, width: 26, height: 32, rx: 6 }),
    s("text", { x: place.left + behind + Math.max(width - 30, 20) / 2, y: ROAD.top + 37, "text-anchor": "middle" }, lane.plate || ""));
}

function describe(lane, place) {
  const where = occupiedOf(lane).map((name) => tc("loop", name)).join(", ");
  const truck = where ? t("truck_at", { a: where }) : place ? t("truck_somewhere") : t("lane_empty");
  return t("drawing", { a: lane.name, b: tc("arm", lane.arm), c: tc("light", lane.light), d: truck });
}

export function drawLane(lane) {
  const place = placeTruck(lane);
  const has = (name) => name in lane.inputs;
  return s("svg", { class: "drawing", viewBox: `0 0 ${WIDE} 132`, role: "img", "aria-label": describe(lane, place) },
    s("rect", { class: "road", x: 0, y: ROAD.top, width: WIDE, height: ROAD.bottom - ROAD.top }),
    has("scale_entry") && s("rect", { class: "deck", x: 176, y: ROAD.top + 4, width: 208, height: ROAD.bottom - ROAD.top - 8 }),
    sensorsOf(lane).map((name) => drawSensor(lane, name)),
    place && drawTruck(lane, place),
    lane.entry_arm && drawArm(ENTRY_X, lane.entry_arm, "entry"),
    drawArm(ARM_X, lane.arm, "exit"),
    drawLight(lane),
    lane.turn !== "unknown" && s("path", { class: "way", d: lane.is_turned ? `M632 ${ROAD.bottom + 14} h-34 m8 -5 l-8 5 l8 5` : `M8 ${ROAD.bottom + 14} h34 m-8 -5 l8 5 l-8 5` }));
}
