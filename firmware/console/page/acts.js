// SPDX-License-Identifier: MIT
// What an officer does to a lane: one touch opens the act, one confirms it with its reason.

import { call } from "./api.js";
import { at, closeButton, closeDialog, duration, failure, h, openDialog, put, toast } from "./dom.js";
import { occupiedOf } from "./draw.js";
import { alarmWords, bypassText, directionOf, language, t, tc } from "./words.js";

const REASONS = {
  release: [["证件已核", "documents checked"], ["读数有误，人工核对", "misread, checked by eye"], ["海关电话同意", "customs agreed by phone"]],
  inspect: [["人工布控", "chosen by hand"], ["货证不符", "goods and papers differ"], ["封志异常", "seal in doubt"]],
  return: [["无核放单", "no order"], ["单证不符", "papers differ"], ["司机要求", "the driver asks for it"]],
  hold: [["等待核实", "to be checked"], ["等待海关", "waiting for customs"]],
  correct: [["人工核对", "checked by eye"], ["设备误读", "misread by the device"]],
  emergency: [["火警", "fire"], ["人员被困", "somebody is in danger"], ["救护通行", "way for an ambulance"]],
  "emergency-mode": [["系统故障，改为逐车登记", "the system is down: one by one"], ["停电", "power failure"], ["抢险救灾", "disaster relief"]],
  turn: [["高峰调整", "peak traffic"], ["对向车道停用", "the other lane is out of use"], ["恢复原方向", "back to its usual direction"]],
  other: [["值班处置", "on duty"], ["现场情况", "as seen at the gate"], ["设备检修", "maintenance"]],
};
REASONS.enter = REASONS.correct;
const OFFICERS = new Set(["officer", "supervisor"]);
const ANY_ACT = new Set(["lock", "open", "reset", "ack", "shelve"]);
// These mean the lane, whoever is in it.
const OF_THE_LANE = new Set(["lock", "open", "emergency", "answer", "turn", "emergency-mode"]);
const MODE_MINUTES = 30;

export const isOfficer = (role) => OFFICERS.has(role);
export const mayAct = (role, act) => OFFICERS.has(role) || (role === "technician" && ANY_ACT.has(act));

// The acts that mean something now; the lane still has the last word.
export function actsOf(lane, role) {
  const acts = lane.passage ? ["release", "inspect", "return", "hold", "regather", "ask"] : [];
  if (lane.help_is_called) acts.push("answer");
  acts.push(lane.is_locked ? "open" : "lock");
  if (lane.state === "blocked") acts.push("reset");
  if (lane.is_reversible) acts.push("turn");
  if (lane.emergency_minutes_max > 0) acts.push("emergency-mode");
  acts.push("emergency");
  return acts.filter((act) => mayAct(role, act));
}

export function actButton(lane, act, given = {}, word = given.title ?? tc("act", act)) {
  return h("button", {
    type: "button", class: `act ${act}`, "data-act": act, "data-focus": [lane.name, act, given.subject ?? given.value].filter(Boolean).join(" "),
    "aria-label": given.label ? `${word} ${given.label}` : null,
    onclick: () => openAct(lane, act, { passage: OF_THE_LANE.has(act) ? 0 : lane.passage, ...given }),
  }, word);
}

// An act that needs to be told what becomes of the lane: a direction, the time of the emergency mode.
export function buttonsOf(lane, act) {
  if (act === "turn") {
    const ways = lane.turn === "unknown" ? ["I", "E"] : [lane.direction === "I" ? "E" : "I"];
    return ways.map((way) => actButton(lane, act, { value: way, said: `${directionOf(lane)} → ${t(`direction_${way}`)}`, warning: t("turn_why"),
      title: t("turn_to", { a: t(`direction_${way}`) }) }));
  }
  if (act !== "emergency-mode") return actButton(lane, act);
  if (lane.emergency_mode) return actButton(lane, act, { value: "0", said: t("mode_end_why", { a: lane.emergency_mode.crossings }), title: t("mode_end") });
  return actButton(lane, act, { minutes: { most: lane.emergency_minutes_max, first: Math.min(MODE_MINUTES, lane.emergency_minutes_max) },
    warning: t("mode_why", { a: duration(60000 * lane.emergency_minutes_max) }) });
}

const word = (pair) => pair[language() === "en" ? 1 : 0];

export function reasonField(act) {
  const own = h("input", { name: "reason", required: true, maxlength: 80, autocomplete: "off" });
  const presets = (REASONS[act] ?? REASONS.other).map((pair) =>
    h("button", { type: "button", class: "preset", onclick: () => { own.value = word(pair); own.focus(); } }, word(pair)));
  return h("fieldset", {}, h("legend", {}, t("reason")), h("div", { class: "presets" }, presets), h("label", {}, t("reason_own"), own));
}

// A dialog that asks, says what went wrong, and closes when it is done. `fields`: elements of its form;
// send(form) throws what is to be complained about; on.fail(error) may add to it.
export function openForm(title, fields, submit, send, on = {}) {
  const complaint = h("p", { class: "complaint", role: "alert" });
  const go = h("button", { name: "submit_act", class: "go" }, submit);
  const form = h("form", {}, fields, complaint, h("div", { class: "buttons" }, go, closeButton("cancel")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    complaint.textContent = "";
    try {
      await send(form);
    } catch (error) {
      complaint.textContent = `${error.status === 409 ? t("act_refused") : ""}${failure(error)}`;
      on.fail?.(error);
    } finally {
      go.disabled = false;
      form.querySelectorAll("[type=password]").forEach((field) => { field.value = ""; });
    }
  });
  const dialog = openDialog(title, form);
  const first = dialog.querySelector("[data-first]") ?? dialog.querySelector(".preset, input:not([hidden]), select, button");
  first.focus();
  if (first.type === "text") first.select();
  return dialog;
}

// The same for something that only asks for a reason.
export function openReason(title, about, send) {
  return openForm(title, [about && h("p", {}, about), reasonField("other")], t("confirm"), async (form) => {
    const done = await send(form.reason.value);
    closeDialog();
    toast(`${title}: ${t("act_done", { a: done.seq ?? "–" })}`);
  });
}

// ---- an act on a lane ------------------------------------------------------------------------

// What stands under and beside the arm, as the interlock has it.
function interlockSays(lane) {
  const seen = occupiedOf(lane).map((name) => tc("loop", name));
  return [`${t("interlock_says")}: ${t("arm")} ${tc("arm", lane.arm)}`, `${t("light")} ${tc("light", lane.light)}`,
    seen.length ? `${t("occupied")}: ${seen.join(", ")}` : t("all_clear"),
    ...lane.bypasses.map((code) => `◆ ${bypassText(code)}`)].join(" · ");
}

const aboutTruck = (lane) => [`${t("passage")} ${lane.passage}`, lane.plate || "–", tc("verdict", lane.verdict),
  lane.reason && lane.reason !== "-" && tc("reason", lane.reason)].filter(Boolean).join(" · ");

let meant = null; // {lane name, passage} of the dialog that is open

// What the dialog says of the lane goes on being true while somebody reads it.
export function refreshAct(lanes) {
  const lane = meant && lanes.get(meant.name);
  const says = at("dialog").querySelector(".says");
  if (!says || !lane) return;
  put(says, interlockSays(lane));
  const notice = at("dialog").querySelector(".notice");
  const isGone = meant.passage && meant.passage !== lane.passage;
  if (notice && Boolean(notice.textContent) !== Boolean(isGone)) notice.textContent = isGone ? `◆ ${tc("refusal", "gone")}` : "";
}

function secondFields() {
  return h("fieldset", { hidden: true }, h("legend", {}, t("second")), h("p", {}, t("second_why")),
    h("label", {}, t("name"), h("input", { name: "second_name", autocomplete: "off" })),
    h("label", {}, t("password"), h("input", { name: "second_password", type: "password", autocomplete: "off" })));
}

// `given`: passage, subject, value, label (of what is asked for), was, said, warning, minutes {most, first}.
export function openAct(lane, act, given = {}) {
  const second = secondFields();
  const valueField = given.subject && h("label", {}, given.label ?? t("value"),
    h("input", { name: "value_of", required: true, value: given.was ?? "", autocomplete: "off", maxlength: 64, "data-first": true }));
  const minutes = given.minutes && h("label", {}, t("minutes"), h("input", { name: "minutes", type: "number", min: 1, max: given.minutes.most, value: given.minutes.first, required: true }));
  meant = { name: lane.name, passage: given.passage };
  openForm(`${given.title ?? tc("act", act)} · ${lane.name}`, [
    given.passage ? h("p", { class: "about" }, aboutTruck(lane)) : null,
    h("p", { class: "notice", role: "alert" }),
    given.warning && h("p", { class: "warning" }, `⚠ ${given.warning}`),
    h("p", { class: "says" }, interlockSays(lane)),
    given.value && !given.minutes ? h("p", {}, given.said ?? given.value) : null,
    valueField, minutes, reasonField(act), second,
  ], `${t("confirm")}: ${given.title ?? tc("act", act)}`, async (form) => {
    const body = { act, reason: form.reason.value };
    if (given.passage) body.passage = given.passage;
    if (given.subject) body.subject = given.subject;
    if (valueField || given.value) body.value = valueField ? form.value_of.value : given.value;
    if (minutes) body.value = [given.value, form.minutes.value].filter(Boolean).join(" ");
    if (!second.hidden) body.second = { name: form.second_name.value, password: form.second_password.value };
    const done = await call("POST", `lanes/${encodeURIComponent(lane.name)}/acts`, body);
    closeDialog();
    toast(`${given.title ?? tc("act", act)}: ${t("act_done", { a: done.seq })}`);
  }, { fail: (error) => {
    // The site may want two people for a release against customs.
    if (error.code !== "second_needed") return;
    second.hidden = false;
    second.querySelector("input").focus();
  } });
}

export function chooseOrder(lane) {
  openDialog(t("choose_order"), h("p", {}, aboutTruck(lane)),
    lane.orders.map((order) => h("p", {}, h("button", { type: "button", "data-order": order.number ?? order, onclick: () =>
      openAct(lane, "choose", { passage: lane.passage, value: order.number ?? order, said: `${t("order")} ${order.number ?? order}` }),
    }, `${t("pick")} ${order.number ?? order}`))),
    lane.order_count > lane.orders.length && h("p", {}, t("orders_more", { a: lane.order_count })),
    closeButton("cancel"));
}

// ---- the shift -------------------------------------------------------------------------------

// "lane:code, …" as kakoud lists them; what is the whole gate's has no lane.
const named = (text, word, isWhole = () => false) => (text ? text.split(", ").map((item) => {
  const [lane, code] = item.split(":");
  return !code || isWhole(lane) ? word(item) : `${lane} ${word(code)}`;
}).join(", ") : t("none"));

// Who takes over logs in with name and password; the browser is then theirs.
export function openHandover(onSession) {
  openForm(t("handover"), [h("p", {}, t("handover_why")),
    h("label", {}, t("name"), h("input", { name: "person", required: true, autocomplete: "off", "data-first": true })),
    h("label", {}, t("password"), h("input", { name: "secret", type: "password", required: true, autocomplete: "off" })),
    reasonField("other")], `${t("confirm")}: ${t("handover")}`, async (form) => {
    const { handover, session } = await call("POST", "handover", {
      name: form.person.value, password: form.secret.value, reason: form.reason.value,
    });
    const list = (name, text) => h("p", {}, h("b", {}, `${t(name)}: `), text || t("none"));
    onSession(session);
    openDialog(t("handed", { a: handover.to }), list("holds", handover.holds), list("locked_lanes", handover.locked),
      list("bypasses", named(handover.bypasses, bypassText, (head) => head.startsWith("offline_"))),
      list("alarms", named(handover.alarms, (code) => alarmWords(code).cause)),
      list("calls", String(handover.calls ?? "")), closeButton());
  });
}

// For a browser that keeps passwords: whose this one is.
export const ownerOf = (name) => h("input", { name: "owner", value: name, autocomplete: "username", hidden: true, readonly: true });

// One's own password: the one that was, and another.
export function openPassword(name, onSession) {
  openForm(t("password_own"), [ownerOf(name),
    h("label", {}, t("password"), h("input", { name: "secret", type: "password", required: true, autocomplete: "current-password", "data-first": true })),
    h("label", {}, t("fresh"), h("input", { name: "fresh", type: "password", required: true, minlength: 8, autocomplete: "new-password" })),
  ], t("confirm"), async (form) => {
    const session = await call("POST", "password", { password: form.secret.value, fresh: form.fresh.value });
    closeDialog();
    onSession(session);
    toast(t("password_changed"));
  });
}
