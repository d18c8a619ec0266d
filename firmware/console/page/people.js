// SPDX-License-Identifier: MIT
// People of the gate: who they are and what a supervisor may change.

import { call } from "./api.js";
import { openForm, ownerOf } from "./acts.js";
import { closeDialog, duration, h, put, shown, table, toast } from "./dom.js";
import { t } from "./words.js";

const ROLES = ["viewer", "officer", "supervisor", "technician"];

const roleSelect = (chosen) => h("label", {}, t("role"), h("select", { name: "role" }, ROLES.map((role) => h("option", { value: role, selected: role === chosen }, t(`role_${role}`)))));
const passwordField = () => h("label", {}, t("fresh"), h("input", { name: "secret", type: "password", required: true, minlength: 8, autocomplete: "new-password", "data-first": true }));

function changes(person, again) {
  const change = async (what, body) => {
    await call("POST", `people/${encodeURIComponent(person.name)}/${what}`, body);
    closeDialog();
    again();
  };
  const button = (word, onclick) => h("button", { type: "button", "data-focus": `${person.name} ${word}`, "data-change": word, onclick }, t(word));
  const form = (word, fields, send) => button(word, () => openForm(`${t(word)} · ${person.name}`, [ownerOf(person.name), fields()], t("confirm"), send));
  const lock = person.is_locked ? "unlock_person" : "lock_person";
  return h("div", { class: "buttons" },
    form(lock, () => [], () => change(person.is_locked ? "unlock" : "lock")),
    form("new_password", () => [h("p", {}, t("new_password_why")), passwordField()], ({ secret }) => change("password", { password: secret.value })),
    form("change_role", () => [roleSelect(person.role)], ({ role }) => change("role", { role: role.value })),
    form("remove", () => [], () => change("remove")));
}

function state(person) {
  return [person.is_locked && `✗ ${t("person_locked")}`, person.must_change && t("must_change"),
    person.kept_out_ms > 0 && `${t("kept_out")} ${duration(person.kept_out_ms)}`].filter(Boolean).join(", ") || "–";
}

export async function showPeople(place, me) {
  const { people } = await call("GET", "people");
  const again = () => shown(showPeople(place, me));
  const isSupervisor = me.role === "supervisor";
  const row = (person) => h("tr", {}, h("th", { scope: "row" }, person.name), h("td", {}, t(`role_${person.role}`)), h("td", {}, state(person)),
    isSupervisor ? h("td", {}, changes(person, again)) : null);
  const add = () => openForm(t("add_person"), [
    h("label", {}, t("name"), h("input", { name: "person", required: true, maxlength: 32, autocomplete: "off", "data-first": true })),
    roleSelect("officer"), h("p", {}, t("new_password_why")), passwordField(),
  ], t("add_person"), async (form) => {
    await call("POST", "people", { name: form.person.value, role: form.role.value, password: form.secret.value });
    closeDialog();
    toast(form.person.value);
    again();
  });
  put(place, h("h2", {}, t("people")), table(["name", "role", "state", ...(isSupervisor ? ["acts"] : [])].map((name) => t(name)), people.map(row), { label: t("people") }),
    isSupervisor && h("div", { class: "buttons" }, h("button", { type: "button", id: "add_person", onclick: add }, t("add_person"))));
}
