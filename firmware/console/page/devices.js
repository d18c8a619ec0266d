// SPDX-License-Identifier: MIT
// Devices, buses, the record and the way to customs: read anew while somebody looks.

import { wholeGate } from "./alarms.js";
import { call } from "./api.js";
import { at, clock, duration, h, put, shown, table } from "./dom.js";
import { MARK, language, t, tc } from "./words.js";

// A code in the reader's words; the controller's own, which are English, beside it or where they are asked for.
const errorOf = (code, words) => [code ? tc("error", code) : "", words && (language() === "en" ? `: ${words}` :
  h("details", {}, h("summary", {}, t("alarm_text")), h("span", { lang: "en" }, words)))];

const line = (isWell, good, bad) => (isWell ? h("p", {}, `✓ ${good}`) : h("div", { class: "look" }, "✗ ", bad));

function deviceTable(devices) {
  return table(["device", "health", "read", "age", "port"].map((name) => t(name)), devices.map((device) =>
    h("tr", { class: device.health === "well" ? "" : "look" }, h("th", { scope: "row" }, device.name),
      h("td", { class: "nowrap" }, `${device.health === "well" ? "✓" : "✗"} ${tc("health", device.health)}`), h("td", {}, device.text || "–"),
      h("td", {}, device.age_ms === null ? "–" : duration(device.age_ms)), h("td", {}, `${device.port} / ${device.unit}`))), { label: t("devices") });
}

function busTable(buses) {
  const row = (bus, unit) => h("tr", { class: unit.health === "well" ? "" : "look" }, h("th", { scope: "row" }, bus.port),
    h("td", { class: "nowrap" }, bus.type.toUpperCase()), h("td", {}, `${unit.device} / ${unit.unit}`), h("td", { class: "nowrap" }, duration(bus.cycle_ms)), h("td", {}, String(unit.requests)),
    h("td", {}, String(unit.errors)), h("td", {}, unit.backoff_ms ? duration(unit.backoff_ms) : "–"),
    h("td", {}, unit.last_error && unit.last_error !== "ok" ? errorOf(unit.last_error, unit.why) : "–"));
  return table(["port", "type", "device", "cycle", "requests", "errors", "backoff", "last_error"].map((name) => t(name)),
    buses.flatMap((bus) => bus.units.map((unit) => row(bus, unit))), { label: t("buses") });
}

async function read(place, isBackground) {
  const [{ devices }, { buses }, status] = await Promise.all(["devices", "buses", "status"].map((path) => call("GET", path, undefined, isBackground)));
  const backlog = status.customs.backlog ?? {};
  put(place, h("p", { class: "quiet" }, t("as_of", { a: clock(Date.now()) })),
    line(status.record.is_well, `${t("record_well")} · ${t("disk", { a: status.record.disk_percent })}`, [t("record_ill"), " ", errorOf("", status.record.why)]),
    line(status.customs.is_up, t("customs_up"), [t("customs_down"), ": ", errorOf(status.customs.error, status.customs.last_error)]),
    line(!backlog.waiting, t("backlog", { a: 0 }), `${t("backlog", { a: backlog.waiting })} · ${duration(backlog.oldest_age_ms)}`),
    deviceTable(devices), h("h3", {}, t("buses")), busTable(buses));
}

export async function showDevices(place) {
  const part = h("section", { class: "devices" }, h("p", {}, t("loading")));
  put(place, h("h2", {}, t("devices")), part);
  await read(part, false);
}

export function refreshDevices(place) {
  const part = place.querySelector(".devices");
  if (part && !part.contains(document.activeElement)) shown(read(part, true));
}

// What the whole gate says beside its lanes, in the frame of the page.
export async function watchGate() {
  try {
    const [status, alarms] = await Promise.all([call("GET", "status", undefined, true), wholeGate(true)]);
    const ill = status.devices.sick + status.devices.lost;
    const open = status.registry.offline_open;
    const mark = (isWell, text) => h("span", { class: isWell ? "chip" : "chip medium" }, isWell ? text : `◆ ${text}`);
    put(at("site"), status.site);
    put(at("gate"),
      mark(status.customs.is_up, t(status.customs.is_up ? "customs_up" : "customs_down")),
      mark(status.record.is_well, t(status.record.is_well ? "record_well" : "record_ill")),
      alarms.length > 0 && h("a", { class: `chip ${alarms[0].severity}`, href: "#alarms" }, `${MARK[alarms[0].severity]} ${t("whole_gate_alarms", { a: alarms.length })}`),
      ill > 0 && mark(false, t("devices_ill", { a: ill })),
      open > 0 && h("a", { class: "chip medium", href: "#onfile/offline" }, `◆ ${t("to_settle", { a: open })}`),
      status.customs.backlog?.waiting > 0 && mark(false, t("backlog", { a: status.customs.backlog.waiting })));
  } catch {
    put(at("gate"));
  }
}
