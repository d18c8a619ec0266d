// SPDX-License-Identifier: MIT
// Any passage of last month: by what somebody remembers of it.

import { call } from "./api.js";
import { clock, duration, h, kilograms, put, shown, table } from "./dom.js";
import { partsOf, t, tc } from "./words.js";

const TERMS = [["plate", "plate"], ["box", "box"], ["order", "order"], ["seal", "seal_no"], ["card", "card"], ["tag", "tag"], ["officer", "officer"]];
const VERDICTS = ["release", "inspection", "return", "hold", "none"];
const OUTCOMES = ["passed", "returned", "to_inspection", "not_passed", "lifted_not_passed", "void"];

const terms = new URLSearchParams();

function option(value, text, chosen) {
  return h("option", { value, selected: value === chosen }, text);
}

function local(wallMs) {
  const date = new Date(wallMs - new Date(wallMs).getTimezoneOffset() * 60000);
  return date.toISOString().slice(0, 16);
}

function form(lanes, submit) {
  const select = (name, label, codes, group) => h("label", {}, label, h("select", { name }, option("", t("any"), terms.get(name) ?? ""),
    codes.map((code) => option(code, group ? tc(group, code) : code, terms.get(name)))));
  const moment = (name) => h("label", { class: "when" }, t(name), h("input", { type: "datetime-local", name, value: terms.get(name) ? local(Number(terms.get(name))) : null }));
  return h("form", { class: "search", role: "search", onsubmit: submit },
    TERMS.map(([name, word]) => h("label", {}, t(word), h("input", { name, value: terms.get(name) ?? "", maxlength: 64, autocomplete: "off" }))),
    select("verdict", t("verdict"), VERDICTS, "verdict"), select("outcome", t("outcome"), OUTCOMES, "outcome"),
    select("lane", t("lane"), lanes), moment("from"), moment("until"),
    h("button", { class: "go" }, t("search")));
}

// How it was lifted (gate-domain section 2): what was not has no time to the lift.
const LIFTED = new Set(["00", "10"]);

function verdictOf(item) {
  const [first, ...others] = partsOf(item);
  return h("td", { class: "wrap" }, h("b", {}, first ?? "–"), others.map((part) => ` · ${part}`));
}

const row = (item) => h("tr", { class: item.is_open ? "open" : "" },
  h("th", { scope: "row" }, h("a", { href: `#passage/${item.passage}` }, String(item.passage))),
  h("td", {}, clock(item.opened_ms, true).slice(5)), h("td", {}, item.lane, " ", t(`direction_${item.direction || "I"}`)),
  h("td", { class: "plate" }, item.plate ?? "–"), h("td", {}, item.boxes || "–", item.order_no && [h("br"), h("small", {}, item.order_no)]),
  h("td", {}, kilograms(item.gross_g)), verdictOf(item),
  h("td", {}, item.is_open ? t("going_on") : tc("outcome", item.outcome)),
  h("td", {}, item.gather_ms === undefined || !LIFTED.has(item.lift) ? "–" : duration((item.gather_ms ?? 0) + (item.ask_ms ?? 0) + (item.record_ms ?? 0) + (item.lift_ms ?? 0))));

// The events themselves, as they are signed: the newest ten thousand unless others are asked for.
function signedExport(newest) {
  const link = h("a", { class: "button", id: "signed", download: "events.jsonl" }, t("jsonl"));
  const field = (name, word, value) => h("label", {}, t(word), h("input", { type: "number", name, min: 1, max: newest, value, required: true }));
  const form = h("form", { class: "search", onsubmit: (event) => event.preventDefault() },
    field("first", "first_event", Math.max(1, newest - 9999)), field("last", "last_event", newest), link);
  const aim = () => link.setAttribute("href", `/api/v1/events.jsonl?first=${Number(form.first.value)}&last=${Number(form.last.value)}`);
  form.addEventListener("input", aim);
  aim();
  return h("details", {}, h("summary", {}, t("jsonl")), form, h("p", { class: "quiet" }, t("jsonl_how")));
}

export async function showHistory(place, lanes) {
  const results = h("section", { "aria-live": "polite" });
  const look = async (before) => {
    const query = new URLSearchParams(terms);
    query.set("limit", "50");
    if (before) query.set("before", before);
    put(results, h("p", {}, t("loading")));
    const { items, next, followed } = await call("GET", `history?${query}`);
    put(results, items.length === 0 ? h("p", {}, t("nothing")) : table(
      ["passage", "time", "lane", "plate", "box_and_order", "weight", "verdict", "outcome", "to_lift"].map((name) => t(name)), items.map(row), { class: "history", label: t("history") }),
      h("div", { class: "buttons" },
        before ? h("button", { type: "button", onclick: () => shown(look(0)) }, t("newest")) : null,
        next ? h("button", { type: "button", onclick: () => shown(look(next)) }, `${t("older")} ›`) : null,
        h("a", { class: "button", href: `/api/v1/history.csv?${terms}`, download: "history.csv" }, t("csv"))),
      signedExport(followed),
      h("p", { class: "quiet" }, t("followed", { a: followed })));
  };
  const submit = (event) => {
    event.preventDefault();
    for (const [name, value] of new FormData(event.target)) {
      const text = value.trim();
      if (!text) terms.delete(name);
      else terms.set(name, name === "from" || name === "until" ? String(new Date(text).getTime()) : text);
    }
    shown(look(0));
  };
  put(place, h("h2", {}, t("history")), form(lanes, submit), results);
  await look(0);
}
