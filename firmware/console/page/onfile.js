// SPDX-License-Identifier: MIT
// What the gate has on file: release orders, registered vehicles, and what was cleared without customs.

import { call } from "./api.js";
import { isOfficer, openForm, openReason, reasonField } from "./acts.js";
import { clock, closeButton, closeDialog, duration, h, openDialog, put, shown, table, toast } from "./dom.js";
import { t, tc } from "./words.js";

const PARTS = { orders: "release_orders", vehicles: "vehicles", offline: "offline" };
const PAGE = 50;
// A request takes 64 KB.
const IMPORT_BYTES = 40000;

const moment = (text) => (text ? clock(Date.parse(text), true) : "–");
// Days are China's; the end is the midnight after the last of them.
const day = (text, before = 0) => new Date(Date.parse(text) - before + 8 * 3600000).toISOString().slice(0, 10);
const number = (text) => Number(text ?? 0);
const kg = (value) => (value === undefined || value === null || value === "" ? "–" : `${Number(value).toLocaleString()} kg`);
const plates = (order) => order.vehicles.map((one) => one.plate || one.tag || one.card).join(", ");
const ways = { in: "way_in", out: "way_out", both: "way_both" };

// A list by pages; `look(after)` answers {items, next}.
function pager(place, heads, label, ask, row) {
  const look = async (after) => {
    put(place, h("p", {}, t("loading")));
    const { items, next } = await ask(after);
    put(place, items.length ? table(heads.map((name) => t(name)), items.map((item) => row(item, () => shown(look(after)))), { class: "history", label }) : h("p", {}, t("nothing")),
      h("div", { class: "buttons" }, after ? h("button", { type: "button", onclick: () => shown(look("")) }, t("first_page")) : null,
        next ? h("button", { type: "button", onclick: () => shown(look(next)) }, `${t("next")} ›`) : null));
  };
  return look;
}

function changeButton(path, key, change, again) {
  return h("button", { type: "button", "data-change": change, onclick: () => openReason(`${tc("change", change)} · ${key}`, "", async (reason) => {
    const done = await call("POST", `${path}/${encodeURIComponent(key)}/changes`, { change, reason });
    again();
    return done;
  }) }, tc("change", change));
}

// ---- orders --------------------------------------------------------------------------------------

const usesOf = (order) => order.uses.map((use) => `${use.who} ${tc("order_use", use.use)}`).join(", ");

function orderDetail(order, role, again) {
  const row = (name, value) => [h("dt", {}, t(name)), h("dd", {}, value || "–")];
  const sum = ["vehicle_kg", "frame_kg", "container_kg", "goods_kg"].reduce((total, name) => total + number(order[name]), 0);
  openDialog(`${t("order")} ${order.number}`, h("dl", {},
    row("plate", plates(order)), row("type", `${order.type} · ${tc("order_type", order.type)}`), row("state", tc("order_state", order.state)),
    row("boxes", (order.boxes ?? []).join(", ")), row("seal", order.seal), row("expected", kg(sum)), row("documents", (order.documents ?? []).join(", ")),
    row("approved", moment(order.approved)),
    h("dt", {}, t("uses")), h("dd", {}, order.uses.length ? order.uses.map((use) => h("div", {}, `${use.who} ${tc("order_use", use.use)} `,
      use.passage ? h("a", { href: `#passage/${use.passage}`, onclick: closeDialog }, `${t("passage")} ${use.passage}`) : "")) : "–")),
  h("div", { class: "buttons" }, isOfficer(role) && ["void", "reopen", "remove"].map((change) => changeButton("orders", order.number, change, again)), closeButton()))
    .querySelector("[name=close]").focus();
}

function orderRow(order, role, again) {
  return h("tr", { "data-key": order.number }, h("th", { scope: "row" }, h("button", { type: "button", class: "link", "data-focus": `order ${order.number}`, onclick: () => orderDetail(order, role, again) }, order.number)),
    h("td", { class: "plate" }, plates(order)), h("td", {}, tc("order_type", order.type)), h("td", {}, tc("order_state", order.state)),
    h("td", {}, (order.boxes ?? []).join(", ") || "–"), h("td", {}, moment(order.approved).slice(0, 16)), h("td", { class: "wrap" }, usesOf(order) || "–"));
}

function showOrders(place, role) {
  const list = h("section", {});
  const terms = new URLSearchParams();
  const look = pager(list, ["number", "plate", "type", "state", "boxes", "approved", "uses"], t("release_orders"),
    (after) => call("GET", `orders?${new URLSearchParams({ ...Object.fromEntries(terms), limit: PAGE, ...(after ? { after } : {}) })}`),
    (order, again) => orderRow(order, role, again));
  const select = (name, word, codes, group) => h("label", {}, t(word), h("select", { name }, h("option", { value: "" }, t("any")),
    codes.map((code) => h("option", { value: code }, tc(group, code)))));
  put(place, h("form", { class: "search six", role: "search", onsubmit: (event) => {
    event.preventDefault();
    for (const name of ["find", "state", "type", "in_use"]) terms.delete(name);
    for (const [name, value] of new FormData(event.target)) if (value.trim()) terms.set(name, value.trim());
    shown(look(""));
  } }, h("label", { class: "wide" }, t("find"), h("input", { name: "find", maxlength: 40, autocomplete: "off" })),
  select("state", "state", [0, 1, 2, 3, 4, 5, 6], "order_state"), select("type", "type", [1, 2, 3, 4, 5, 6], "order_type"),
  h("label", { class: "check" }, h("input", { type: "checkbox", name: "in_use", value: "true" }), t("in_use_only")), h("button", { class: "go" }, t("search"))),
  isOfficer(role) && h("div", { class: "buttons" }, importButton("orders", () => shown(look("")))), list);
  return look("");
}

// ---- registered vehicles ---------------------------------------------------------------------------

function vehicleRow(vehicle, role, again) {
  return h("tr", { "data-key": vehicle.plate }, h("th", { scope: "row" }, vehicle.plate), h("td", { class: "wrap" }, [vehicle.tag, vehicle.card].filter(Boolean).join(" · ") || "–"),
    h("td", {}, `${vehicle.valid_from ? day(vehicle.valid_from) : "…"} – ${day(vehicle.valid_to, 1)}`),
    h("td", {}, vehicle.lanes?.length ? vehicle.lanes.join(", ") : t("all_lanes")), h("td", {}, t(ways[vehicle.way ?? "both"])), h("td", {}, kg(vehicle.max_kg)), h("td", {}, vehicle.approver),
    isOfficer(role) ? h("td", {}, h("div", { class: "buttons" }, ["expire", "remove"].map((change) => changeButton("vehicles", vehicle.plate, change, again)))) : null);
}

function registerVehicle(again) {
  const field = (name, attributes) => h("label", {}, t(name), h("input", { name, autocomplete: "off", ...attributes }));
  openForm(t("add_vehicle"), [h("div", { class: "search" }, field("plate", { required: true, maxlength: 12, "data-first": true }), field("tag"), field("card"),
    field("valid_from", { type: "date" }), field("valid_to", { type: "date", required: true }), field("max_kg", { type: "number", min: 1, max: 100000 }),
    h("label", {}, t("way"), h("select", { name: "way" }, Object.entries(ways).map(([way, word]) => h("option", { value: way, selected: way === "both" }, t(word))))),
    field("approver", { required: true })), reasonField("other")], t("confirm"), async (form) => {
    const item = {};
    for (const name of ["plate", "tag", "card", "valid_from", "valid_to", "way", "approver"]) if (form[name].value.trim()) item[name] = form[name].value.trim();
    if (form.max_kg.value) item.max_kg = Number(form.max_kg.value);
    const done = await call("POST", "vehicles", { item, reason: form.reason.value });
    closeDialog();
    toast(`${item.plate}: ${t("act_done", { a: done.seq })}`);
    again();
  });
}

function showVehicles(place, role) {
  const list = h("section", {});
  let find = "";
  const look = pager(list, ["plate", "tag_or_card", "valid", "lanes", "way", "max_kg", "approver", ...(isOfficer(role) ? ["acts"] : [])], t("vehicles"),
    (after) => call("GET", `vehicles?${new URLSearchParams({ limit: PAGE, ...(find ? { find } : {}), ...(after ? { after } : {}) })}`),
    (vehicle, again) => vehicleRow(vehicle, role, again));
  const again = () => shown(look(""));
  put(place, h("form", { class: "search", role: "search", onsubmit: (event) => {
    event.preventDefault();
    find = event.target.find.value.trim();
    again();
  } }, h("label", { class: "wide" }, t("find"), h("input", { name: "find", maxlength: 40, autocomplete: "off" })), h("button", { class: "go" }, t("search"))),
  isOfficer(role) && h("div", { class: "buttons" }, h("button", { type: "button", id: "add_vehicle", onclick: () => registerVehicle(again) }, t("add_vehicle")), importButton("vehicles", again)), list);
  return look("");
}

// ---- cleared offline ---------------------------------------------------------------------------------

function settle(item, outcome, again) {
  return h("button", { type: "button", "data-outcome": outcome, "data-focus": `${item.passage} ${outcome}`, onclick: () =>
    openReason(`${t("settle")}: ${tc("offline_state", outcome)}`, `${t("passage")} ${item.passage} · ${item.plate} · ${item.number}`, async (reason) => {
      const done = await call("POST", `offline/${item.passage}/settlement`, { outcome, reason });
      again();
      return done;
    }) }, tc("offline_state", outcome));
}

function offlineRow(item, role, again) {
  const isOpen = !item.settled_wall_ms;
  return h("tr", { class: isOpen ? "look" : "", "data-key": item.passage }, h("th", { scope: "row" }, h("a", { href: `#passage/${item.passage}` }, String(item.passage))),
    h("td", {}, clock(item.cleared_wall_ms, true)), h("td", {}, item.lane), h("td", { class: "plate" }, item.plate || "–"), h("td", {}, item.number), h("td", {}, duration(item.age_ms)),
    h("td", {}, tc("offline_state", item.state)),
    h("td", {}, isOpen ? isOfficer(role) ? h("div", { class: "buttons" }, ["agreed", "disputed"].map((outcome) => settle(item, outcome, again))) : "–" :
      `${clock(item.settled_wall_ms, true)} ${item.by} ${item.reason}`));
}

function showOffline(place, role) {
  const list = h("section", {});
  let isAll = false;
  const look = pager(list, ["passage", "cleared", "lane", "plate", "order", "order_age", "state", "settled"], t("offline"),
    (before) => call("GET", `offline?${new URLSearchParams({ limit: PAGE, ...(isAll ? {} : { open: true }), ...(before ? { before } : {}) })}`),
    (item, again) => offlineRow(item, role, again));
  put(place, h("label", { class: "check" }, h("input", { type: "checkbox", checked: true, onchange: (event) => {
    isAll = !event.target.checked;
    shown(look(""));
  } }), t("open_only")), list);
  return look("");
}

// ---- importing a file ------------------------------------------------------------------------------

// Parts of whole lines, each small enough for a request: [{first, lines}].
function parts(text) {
  const lines = text.split("\n");
  const found = [];
  let part = { first: 1, lines: "", size: 0 };
  lines.forEach((line, i) => {
    const size = new TextEncoder().encode(JSON.stringify(line)).length + 2;
    if (part.size + size > IMPORT_BYTES && part.lines) {
      found.push(part);
      part = { first: i + 1, lines: "", size: 0 };
    }
    part.lines += `${line}\n`;
    part.size += size;
  });
  return part.lines.trim() ? [...found, part] : found;
}

async function importFile(what, file, reason, told) {
  const { import: id } = await call("POST", "imports", { what, file: file.name.slice(0, 60) });
  const errors = [];
  let count = 0;
  for (const { first, lines } of parts(await file.text())) {
    const answer = await call("POST", `imports/${id}/lines`, { first, lines });
    count += answer.error_count;
    errors.push(...answer.errors);
  }
  if (count === 0) return call("POST", `imports/${id}/commit`, { reason });
  await call("POST", `imports/${id}/drop`);
  put(told, h("p", {}, `✗ ${t("import_bad", { a: count })}`), table([t("line"), t("alarm_text")], errors.slice(0, 50).map(({ line, text }) =>
    h("tr", {}, h("th", { scope: "row" }, String(line)), h("td", { lang: "en" }, text))), { label: t("import_file") }));
  return null;
}

function importButton(what, again) {
  return h("button", { type: "button", "data-focus": `import ${what}`, "data-import": what, onclick: () => {
    const told = h("div", { role: "alert" });
    openForm(`${t("import_file")} · ${t(PARTS[what])}`, [h("p", {}, t("import_why")),
      h("label", {}, t("import_file"), h("input", { type: "file", name: "file", accept: ".jsonl,.json,.txt", required: true, "data-first": true })), reasonField("other"), told],
    t("confirm"), async (form) => {
      put(told);
      const done = await importFile(what, form.file.files[0], form.reason.value, told);
      if (!done) return;
      closeDialog();
      toast(t("import_done", { a: done.count, b: done.added }));
      again();
    });
  } }, t("import_file"));
}

export function showOnFile(place, which, role) {
  const part = which in PARTS ? which : "orders";
  const body = h("section", {});
  put(place, h("h2", {}, t("onfile")), h("nav", { class: "parts", "aria-label": t("onfile") }, Object.entries(PARTS).map(([name, word]) =>
    h("a", { href: `#onfile/${name}`, "aria-current": name === part ? "page" : null }, t(word)))), body);
  return { orders: showOrders, vehicles: showVehicles, offline: showOffline }[part](body, role);
}
