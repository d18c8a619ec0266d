// SPDX-License-Identifier: MIT
// People of the gate, and its devices.

import { call } from "./api.js";
import { at, duration, h, put, shown, table, toast } from "./dom.js";
import { t, tc } from "./words.js";

const ROLES = ["viewer", "officer", "supervisor", "technician"];

const roleSelect = (chosen) => h("select", { name: "role", "aria-label": t("role") }, ROLES.map((role) => h("option", { value: role, selected: role === chosen }, t(`role_${role}`))));

export async function showPeople(place, me) {
  const { people } = await call("GET", "people");
  const again = () => shown(showPeople(place, me));
  const change = (name, what, body) => shown(call("POST", `people/${encodeURIComponent(name)}/${what}`, body).then(again));
  const isSupervisor = me.role === "supervisor";
  const row = (person) => h("tr", {}, h("th", { scope: "row" }, person.name), h("td", {}, t(`role_${person.role}`)),
    h("td", {}, [person.is_locked && t("person_locked"), person.must_change && t("must_change"), person.kept_out_ms > 0 && `${t("kept_out")} ${duration(person.kept_out_ms)}`].filter(Boolean).join(", ") || "–"),
    isSupervisor ? h("td", {}, h("button", { type: "button", onclick: () => change(person.name, person.is_locked ? "unlock" : "lock") },
      t(person.is_locked ? "unlock_person" : "lock_person"))) : null);
  const add = async (event) => {
    event.preventDefault();
    const form = event.target;
    await call("POST", "people", { name: form.person.value, role: form.role.value, password: form.secret.value });
    toast(form.person.value);
    again();
  };
  put(place, h("h2", {}, t("people")), table(["name", "role", "health", ...(isSupervisor ? ["acts"] : [])].map((name) => t(name)), people.map(row)),
    isSupervisor && h("form", { class: "search", onsubmit: (event) => shown(add(event)) }, h("h3", {}, t("add_person")),
      h("label", {}, t("name"), h("input", { name: "person", required: true, maxlength: 32, autocomplete: "off" })),
      h("label", {}, t("role"), roleSelect("officer")),
      h("label", {}, t("password"), h("input", { name: "secret", type: "password", required: true, autocomplete: "new-password" })),
      h("button", { class: "go" }, t("add_person"))));
}

export async function showDevices(place) {
  const [{ devices }, status] = await Promise.all([call("GET", "devices"), call("GET", "status")]);
  const line = (isWell, good, bad) => h("p", { class: isWell ? "" : "look" }, isWell ? `✓ ${good}` : `✗ ${bad}`);
  const backlog = status.customs.backlog ?? {};
  put(place, h("h2", {}, t("devices")),
    line(status.record.is_well, t("record_well"), `${t("record_ill")}: ${status.record.why}`),
    line(status.customs.is_up, t("customs_up"), `${t("customs_down")}: ${status.customs.last_error}`),
    line(!backlog.waiting, t("backlog", { a: 0 }), `${t("backlog", { a: backlog.waiting })} · ${duration(backlog.oldest_age_ms)}`),
    table(["device", "health", "read", "age", "port"].map((name) => t(name)), devices.map((device) =>
      h("tr", { class: device.health === "well" ? "" : "look" }, h("th", { scope: "row" }, device.name),
        h("td", {}, `${device.health === "well" ? "✓" : "✗"} ${tc("health", device.health)}`), h("td", {}, device.text || "–"),
        h("td", {}, device.age_ms === null ? "–" : duration(device.age_ms)), h("td", {}, `${device.port} / ${device.unit}`)))));
}

// What the whole gate says beside its lanes, in the frame of the page.
export async function watchGate() {
  try {
    const status = await call("GET", "status", undefined, true);
    const ill = status.devices.sick + status.devices.lost;
    const mark = (isWell, text) => h("span", { class: isWell ? "chip" : "chip medium" }, isWell ? text : `◆ ${text}`);
    put(at("gate"), h("b", {}, status.site), " ", mark(status.customs.is_up, t(status.customs.is_up ? "customs_up" : "customs_down")), " ",
      mark(status.record.is_well, t(status.record.is_well ? "record_well" : "record_ill")), " ",
      ill > 0 && mark(false, t("devices_ill", { a: ill })), " ",
      status.customs.backlog?.waiting > 0 && mark(false, t("backlog", { a: status.customs.backlog.waiting })));
  } catch {
    put(at("gate"));
  }
}
