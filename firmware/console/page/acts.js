// SPDX-License-Identifier: MIT
// What an officer does to a lane: one touch opens the act, one confirms it with its reason.

import { call } from "./api.js";
import { at, failure, h, put, shown, toast } from "./dom.js";
import { language, t, tc } from "./words.js";

const REASONS = {
  release: [["证件已核", "documents checked"], ["读数有误，人工核对", "misread, checked by eye"], ["海关电话同意", "customs agreed by phone"]],
  inspect: [["人工布控", "chosen by hand"], ["货证不符", "goods and papers differ"], ["封志异常", "seal in doubt"]],
  return: [["无核放单", "no order"], ["单证不符", "papers differ"], ["司机要求", "the driver asks for it"]],
  hold: [["等待核实", "to be checked"], ["等待海关", "waiting for customs"]],
  other: [["值班处置", "on duty"], ["现场情况", "as seen at the gate"], ["设备检修", "maintenance"]],
};
const OFFICERS = new Set(["officer", "supervisor"]);
const ANY_ACT = new Set(["lock", "open", "reset", "ack", "shelve"]);

export const mayAct = (role, act) => OFFICERS.has(role) || (role === "technician" && ANY_ACT.has(act));

// The acts that mean something now; the lane still has the last word.
export function actsOf(lane, role) {
  const acts = lane.passage ? ["release", "inspect", "return", "hold", "regather", "ask"] : [];
  if (lane.help_is_called) acts.push("answer");
  acts.push(lane.is_locked ? "open" : "lock");
  if (lane.state === "blocked") acts.push("reset");
  acts.push("emergency");
  return acts.filter((act) => mayAct(role, act));
}

const word = (pair) => pair[language() === "en" ? 1 : 0];

function reasonField(act) {
  const own = h("input", { name: "reason", required: true, maxlength: 80, autocomplete: "off", "aria-label": t("reason") });
  const presets = (REASONS[act] ?? REASONS.other).map((pair) =>
    h("button", { type: "button", class: "preset", onclick: () => { own.value = word(pair); own.focus(); } }, word(pair)));
  return [h("fieldset", {}, h("legend", {}, t("reason")), h("div", { class: "presets" }, presets),
    h("label", {}, t("reason_own"), own))];
}

// Asks for what the act needs, then sends it. `given`: passage, subject, value, ask_value (label), alarm.
export function openAct(lane, act, given = {}) {
  const dialog = at("dialog");
  const complaint = h("p", { class: "complaint", role: "alert" });
  const second = h("fieldset", { hidden: true }, h("legend", {}, t("second")), h("p", {}, t("second_why")),
    h("label", {}, t("name"), h("input", { name: "second_name", autocomplete: "off" })),
    h("label", {}, t("password"), h("input", { name: "second_password", type: "password", autocomplete: "off" })));
  const send = async (event) => {
    event.preventDefault();
    const form = event.target;
    const body = { act, reason: form.reason.value };
    if (given.passage) body.passage = given.passage;
    if (given.subject) body.subject = given.subject;
    if (given.value) body.value = given.value;
    if (form.value_of) body.value = form.value_of.value;
    if (given.minutes) body.value = `${given.value} ${form.minutes.value}`;
    if (!second.hidden) body.second = { name: form.second_name.value, password: form.second_password.value };
    form.submit_act.disabled = true;
    try {
      const done = await call("POST", `lanes/${encodeURIComponent(lane.name)}/acts`, body);
      dialog.close();
      toast(`${tc("act", act)}: ${t("act_done", { a: done.seq })}`);
    } catch (error) {
      complaint.textContent = `${error.status === 409 ? t("act_refused") : ""}${failure(error)}`;
      // The site may want two people for a release against customs.
      if (error.code === "second_needed") second.hidden = false;
    } finally {
      form.submit_act.disabled = false;
      form.second_password.value = "";
    }
  };
  put(dialog, h("form", { onsubmit: (event) => shown(send(event)) },
    h("h2", {}, `${tc("act", act)} · ${lane.name}`),
    given.passage ? h("p", {}, `${t("passage")} ${given.passage} · ${lane.plate || "–"} · ${tc("verdict", lane.verdict)}`,
      lane.reason ? ` · ${tc("reason", lane.reason)}` : "") : null,
    h("p", { class: "says" }, `${t("interlock_says")}: ${t("arm")} ${tc("arm", lane.arm)}`,
      lane.bypasses.length ? ` · ${lane.bypasses.map((code) => tc("bypass", code.split(":")[0])).join(", ")}` : ""),
    given.subject || given.ask_value ? h("label", {}, `${given.label ?? t("value")}`,
      h("input", { name: "value_of", required: true, value: given.was ?? "", autocomplete: "off", maxlength: 64 })) : null,
    given.minutes ? h("label", {}, t("minutes"), h("input", { name: "minutes", type: "number", min: 1, max: 480, value: 30, required: true })) : null,
    reasonField(act), second, complaint,
    h("div", { class: "buttons" },
      h("button", { name: "submit_act", class: `go ${act}` }, `${t("confirm")}: ${tc("act", act)}`),
      h("button", { type: "button", onclick: () => dialog.close() }, t("cancel")))));
  dialog.showModal();
  dialog.querySelector(given.subject || given.ask_value ? "[name=value_of]" : ".preset")?.focus();
}

export function chooseOrder(lane) {
  const dialog = at("dialog");
  put(dialog, h("h2", {}, t("choose_order")),
    lane.orders.map((order) => h("p", {}, h("button", { type: "button", onclick: () => {
      dialog.close();
      openAct(lane, "choose", { passage: lane.passage, value: order.number ?? order });
    } }, `${t("pick")} ${order.number ?? order}`))),
    h("button", { type: "button", onclick: () => dialog.close() }, t("cancel")));
  dialog.showModal();
}

// Who takes over logs in with name and password; the browser is then theirs.
export function openHandover(onSession) {
  const dialog = at("dialog");
  const complaint = h("p", { class: "complaint", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      const done = await call("POST", "handover", {
        name: form.person.value, password: form.secret.value, reason: form.reason.value,
      });
      const list = (name, text) => h("p", {}, h("b", {}, `${t(name)}: `), text || t("none"));
      put(dialog, h("h2", {}, t("handed", { a: done.handover.to })), list("holds", done.handover.holds),
        list("locked_lanes", done.handover.locked), list("bypasses", done.handover.bypasses),
        list("alarms", done.handover.alarms), list("calls", String(done.handover.calls ?? "")),
        h("button", { type: "button", onclick: () => dialog.close() }, t("close")));
      onSession(done.session);
    } catch (error) {
      complaint.textContent = failure(error);
    }
    form.secret.value = "";
  };
  put(dialog, h("form", { onsubmit: (event) => shown(send(event)) }, h("h2", {}, t("handover")), h("p", {}, t("handover_why")),
    h("label", {}, t("name"), h("input", { name: "person", required: true, autocomplete: "off" })),
    h("label", {}, t("password"), h("input", { name: "secret", type: "password", required: true, autocomplete: "off" })),
    reasonField("other"), complaint,
    h("div", { class: "buttons" }, h("button", { class: "go" }, `${t("confirm")}: ${t("handover")}`),
      h("button", { type: "button", onclick: () => dialog.close() }, t("cancel")))));
  dialog.showModal();
}
