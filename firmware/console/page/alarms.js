// SPDX-License-Identifier: MIT
// Alarms after ISA-18.2: each with its cause, what it means and what to do.

import { call } from "./api.js";
import { actButton, mayAct } from "./acts.js";
import { clock, h, isUnderAFinger, left, put, redrawn, say, shown, table } from "./dom.js";
import { MARK, alarmWords, modeText, said, t, tc } from "./words.js";

const RANK = { high: 0, medium: 1, low: 2 };

export function openAlarms(lanes) {
  const open = [];
  for (const lane of lanes.values())
    for (const code of lane.alarms) {
      const shelved = lane.shelved.find((item) => item.code === code);
      open.push({ lane, code, ...alarmWords(code), isAcked: lane.acknowledged.includes(code), shelved });
    }
  return open.sort((a, b) => Boolean(a.shelved) - Boolean(b.shelved) || RANK[a.severity] - RANK[b.severity] || a.isAcked - b.isAcked);
}

// Those that nobody has looked at.
export const callingAlarms = (lanes) => openAlarms(lanes).filter((alarm) => !alarm.isAcked && !alarm.shelved);

function item(alarm, role) {
  const { lane, code } = alarm;
  const given = { value: code, said: `${alarm.cause} [${code}]`, passage: 0 };
  const act = (name, more, word) => mayAct(role, name) && actButton(lane, name, { ...given, ...more }, word);
  return h("li", { class: `alarm ${alarm.shelved ? "low" : alarm.severity}${alarm.isAcked ? " acked" : ""}`, "data-code": code },
    h("h3", {}, `${MARK[alarm.severity]} ${t(alarm.severity)} · `, h("a", { href: `#lane/${lane.name}`, "data-focus": `${lane.name} ${code}` }, lane.name), ` · ${alarm.cause}`),
    code === "hold" && lane.reason && lane.reason !== "-" && h("p", {}, h("b", {}, `${t("why")}: `), `${tc("reason", lane.reason)} [${lane.reason}]`),
    h("p", {}, h("b", {}, `${t("consequence")}: `), alarm.consequence),
    h("p", {}, h("b", {}, `${t("todo")}: `), alarm.todo),
    h("p", { class: "quiet" }, `${t("code")} ${code} · ${alarm.isAcked ? t("acked") : t("unacked")}`,
      alarm.shelved && [` · ${t("shelved")} `, left(lane.at + alarm.shelved.left_ms)]),
    h("div", { class: "buttons" }, !alarm.isAcked && act("ack"), act("shelve", { minutes: { most: 480, first: 30 } }),
      alarm.shelved && act("shelve", { value: `${code} 0` }, t("take_back"))));
}

// ---- of the whole gate --------------------------------------------------------------------------

// Of no lane: nobody acknowledges them, and they stand until their cause ends.
export async function wholeGate(isBackground) {
  const { items } = await call("GET", "alarms?open=true&limit=50", undefined, isBackground);
  const newest = new Map(items.filter((alarm) => !alarm.lane).reverse().map((alarm) => [alarm.code, alarm]));
  return [...newest.values()].map((alarm) => ({ ...alarm, ...alarmWords(alarm.code) })).sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

const standing = (alarm) => h("li", { class: `alarm ${alarm.severity}`, "data-code": alarm.code },
  h("h4", {}, `${MARK[alarm.severity]} ${t(alarm.severity)} · ${alarm.cause}`),
  said(alarm.detail) && h("p", {}, h("b", {}, `${t("alarm_detail")}: `), said(alarm.detail)),
  h("p", {}, h("b", {}, `${t("consequence")}: `), alarm.consequence),
  h("p", {}, h("b", {}, `${t("todo")}: `), alarm.todo),
  h("p", { class: "quiet" }, `${t("code")} ${alarm.code} · ${t("begun")} ${clock(alarm.begun_ms, true)}`));

export async function refreshWhole(place, isBackground = true) {
  const part = place.querySelector(".whole");
  const open = part ? await wholeGate(isBackground) : [];
  if (part) put(part, open.length ? [h("h3", {}, t("whole_gate")), h("ul", {}, open.map(standing))] : []);
}

let nowMark = "";

export function refreshAlarms(place, lanes, role, isForced) {
  const list = place.querySelector(".now");
  if (!list) return;
  const open = openAlarms(lanes);
  const mark = JSON.stringify([open.map((alarm) => [alarm.lane.name, alarm.code, alarm.isAcked, alarm.shelved?.code, alarm.lane.reason]), document.documentElement.lang]);
  if (!isForced && (mark === nowMark || isUnderAFinger())) return;
  nowMark = mark;
  redrawn(list, () => put(list, open.length ? open.map((alarm) => item(alarm, role)) : h("li", {}, `✓ ${t("no_alarms")}`)));
}

export const past = (alarm) => h("tr", {}, h("th", { scope: "row" }, alarm.lane || "–"),
  h("td", {}, `${MARK[alarmWords(alarm.code).severity]} ${alarmWords(alarm.code).cause}`, h("br"), h("small", {}, alarm.code)),
  h("td", { class: "nowrap" }, clock(alarm.begun_ms, true)), h("td", { class: "nowrap" }, alarm.ended_ms ? clock(alarm.ended_ms, true) : t("going_on")),
  h("td", {}, alarm.passage ? h("a", { href: `#passage/${alarm.passage}` }, String(alarm.passage)) : "–"), h("td", {}, said(alarm.detail) || said(alarm.text) || "–"));

export async function showAlarms(place, lanes, role) {
  const before = h("section", {});
  put(place, h("h2", {}, t("alarms")), h("h3", {}, t("now")), h("ul", { class: "now" }), h("section", { class: "whole" }), h("h3", {}, t("past")), before);
  refreshAlarms(place, lanes, role, true);
  shown(refreshWhole(place, false));
  const look = async (from) => {
    const { items, next } = await call("GET", `alarms?limit=50${from ? `&before=${from}` : ""}`);
    put(before, items.length ? table(["lane", "cause", "begun", "ended", "passage", "alarm_detail"].map((name) => t(name)), items.map(past), { label: t("past") }) : h("p", {}, t("nothing")),
      h("div", { class: "buttons" }, from ? h("button", { type: "button", onclick: () => shown(look(0)) }, t("newest")) : null,
        next ? h("button", { type: "button", onclick: () => shown(look(next)) }, `${t("older")} ›`) : null));
  };
  await look(0);
}

// ---- what is new ---------------------------------------------------------------------------------

let known = null;

// Tells ears, and whoever reads with them, of what began to call since the last look.
export function announce(lanes) {
  const calls = new Map(callingAlarms(lanes).map((alarm) => [`${alarm.lane.name} ${alarm.code}`, `${t("new_alarm")} ${t(alarm.severity)}: ${alarm.lane.name} ${alarm.cause}`]));
  for (const lane of lanes.values()) if (lane.help_is_called) calls.set(`${lane.name} help`, `${t("new_call")}: ${lane.name}`);
  for (const lane of lanes.values()) if (lane.emergency_mode) calls.set(`${lane.name} mode`, `${lane.name} ${modeText(lane)}`);
  const fresh = [...calls].filter(([key]) => known && !known.has(key)).map(([, text]) => text);
  known = new Set(calls.keys());
  if (fresh.length === 0) return;
  say(fresh.join(". "));
  ring();
}

export function forgetAlarms() {
  known = null;
}

// One short tone when something new calls, for who asked for it.
export function ring() {
  if (localStorage.getItem("sound") !== "on") return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  volume.gain.value = 0.1;
  tone.frequency.value = 880;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.25);
  tone.onended = () => audio.close();
}
