// SPDX-License-Identifier: MIT
// Alarms after ISA-18.2: each with its cause, what it means and what to do.

import { call } from "./api.js";
import { mayAct, openAct } from "./acts.js";
import { clock, duration, h, put, shown, table } from "./dom.js";
import { alarmWords, t, tc } from "./words.js";

const RANK = { high: 0, medium: 1, low: 2 };
const MARK = { high: "▲", medium: "◆", low: "●" };

export function openAlarms(lanes) {
  const open = [];
  for (const lane of lanes.values())
    for (const code of lane.alarms) {
      const shelved = (lane.shelved ?? []).find((item) => item.code === code);
      open.push({ lane, code, ...alarmWords(code), isAcked: lane.acknowledged.includes(code), shelved });
    }
  return open.sort((a, b) => Boolean(a.shelved) - Boolean(b.shelved) || RANK[a.severity] - RANK[b.severity] || a.isAcked - b.isAcked);
}

function item(alarm, role) {
  const { lane, code } = alarm;
  const act = (name, given) => mayAct(role, name) && h("button", { type: "button", onclick: () => openAct(lane, name, { value: code, ...given }) }, tc("act", name));
  return h("li", { class: `alarm ${alarm.severity}${alarm.isAcked ? " acked" : ""}` },
    h("h3", {}, `${MARK[alarm.severity]} ${t(alarm.severity)} · `, h("a", { href: `#lane/${lane.name}` }, lane.name), ` · ${alarm.cause}`),
    h("p", {}, h("b", {}, `${t("consequence")}: `), alarm.consequence),
    h("p", {}, h("b", {}, `${t("todo")}: `), alarm.todo),
    h("p", { class: "quiet" }, `${t("code")} ${code} · ${alarm.isAcked ? t("acked") : t("unacked")}`,
      alarm.shelved ? ` · ${t("shelved", { a: duration(alarm.shelved.left_ms) })}` : ""),
    h("div", { class: "buttons" }, !alarm.isAcked && act("ack"), act("shelve", { minutes: true })));
}

let nowMark = "";

export function refreshAlarms(place, lanes, role, isForced) {
  const list = place.querySelector(".now");
  if (!list) return;
  const open = openAlarms(lanes);
  const mark = JSON.stringify([open.map((alarm) => [alarm.lane.name, alarm.code, alarm.isAcked, alarm.shelved?.code]), document.documentElement.lang]);
  if (mark === nowMark && !isForced) return;
  nowMark = mark;
  put(list, open.length ? open.map((alarm) => item(alarm, role)) : h("li", {}, t("no_alarms")));
}

const past = (alarm) => h("tr", {}, h("th", { scope: "row" }, alarm.lane || "–"), h("td", {}, alarm.code), h("td", {}, alarmWords(alarm.code).cause),
  h("td", {}, alarm.text), h("td", {}, clock(alarm.begun_ms, true)), h("td", {}, alarm.ended_ms ? clock(alarm.ended_ms, true) : t("going_on")),
  h("td", {}, alarm.passage ? h("a", { href: `#passage/${alarm.passage}` }, String(alarm.passage)) : "–"));

export async function showAlarms(place, lanes, role) {
  const before = h("section", {});
  put(place, h("h2", {}, t("alarms")), h("h3", {}, t("now")), h("ul", { class: "now", "aria-live": "polite" }), h("h3", {}, t("past")), before);
  refreshAlarms(place, lanes, role, true);
  const look = async (from) => {
    const { items, next } = await call("GET", `alarms?limit=50${from ? `&before=${from}` : ""}`);
    put(before, items.length ? table(["lane", "code", "cause", "alarm_text", "begun", "ended", "passage"].map((name) => t(name)), items.map(past)) : h("p", {}, t("nothing")),
      next ? h("button", { type: "button", onclick: () => shown(look(next)) }, `${t("older")} ›`) : null);
  };
  await look(0);
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
