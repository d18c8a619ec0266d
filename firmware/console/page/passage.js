// SPDX-License-Identifier: MIT
// One passage: its timeline, pictures, slip, and the proof of each event.

import { call } from "./api.js";
import { at, clock, closeButton, duration, h, kilograms, openDialog, put, shown, since, table } from "./dom.js";
import { alarmWords, decided, said, t, tc } from "./words.js";

const pictureAddress = (sha256) => `/api/v1/pictures/${sha256}`;

export function pictureOf(picture) {
  const name = `${t(picture.slot)} ${tc("side", picture.side)}`;
  const open = () => openDialog(`${name} · ${picture.text || "–"}`,
    h("figure", {}, h("img", { src: pictureAddress(picture.sha256), alt: `${name} ${picture.text}` }),
      h("figcaption", {}, picture.device, h("br"), h("code", {}, `SHA-256 ${picture.sha256}`))),
    closeButton());
  return h("button", { type: "button", class: "picture", onclick: open, "data-focus": `picture ${picture.seq}`, "aria-label": `${t("pictures")} ${name}` },
    h("img", { src: pictureAddress(picture.sha256), alt: "", loading: "lazy", width: 96, height: 54 }));
}

const answered = (data) => [tc("verdict", data.verdict), data.hint, data.form_id, data.effect && data.effect !== "counts" && tc("effect", data.effect)].filter(Boolean).join(" · ");

// What of an event's data a reader looks for first, in the order of its telling.
function gist(event) {
  const data = event.data ?? {};
  switch (event.kind) {
    case "evidence":
      return `${t(data.slot)} ${readText(data.slot, data.text)} · ${tc("evidence", data.state)}${data.confidence !== undefined ? ` · ${data.confidence} %` : ""}`;
    case "picture": return `${t(data.slot)} ${tc("side", data.side)} ${data.text}`;
    case "picture_missing": return `${t(data.slot)} ${data.error ? tc("error", data.error) : said(data.why)}`;
    case "lookup": return data.orders || data.vehicle ? [data.order1, data.order2, data.vehicle].filter(Boolean).join(" · ") : t("none_on_file");
    case "order": return `${data.number} ${tc("order_step", data.step)}`;
    case "vote": return [data.plate, data.source && tc("vote", data.source)].filter(Boolean).join(" · ");
    case "weight_check": return `${kilograms(data.difference_g)} / ${kilograms(data.tolerance_g)}`;
    case "inquiry": case "inquiry_sent": return data.seq_no ?? "";
    case "inquiry_withdrawn": case "lift_withdrawn": case "lane_turn_withdrawn": return said(data.code ?? data.reason);
    case "inquiry_failed": return tc("error", data.error);
    case "delivery": return [data.code, tc("delivery", data.outcome)].join(" · ");
    case "device": return [data.device, tc("health", data.health), data.error !== "ok" && tc("error", data.error)].filter(Boolean).join(" · ");
    case "answer": return answered(data);
    case "verdict": return decided(data);
    case "hold": return tc("reason", data.reason);
    case "officer_act": return [data.actor, tc("act", data.act), data.value, data.reason, data.second].filter(Boolean).join(" · ");
    case "act_refused": return [data.actor, tc("act", data.act), data.code && tc("refusal", data.code), said(data.why)].filter(Boolean).join(" · ");
    case "alarm": return `${alarmWords(data.code).cause} [${data.code}] ${said(data.detail ?? data.text)}`;
    case "safety": return [data.rule, said(data.code ?? data.what)].filter(Boolean).join(" · ");
    case "call": return said(data.what);
    case "crossing": return said(data.while);
    case "position": return [tc("loop", data.beam), data.sign].join(" · ");
    case "barrier": case "observed": return tc("arm", data.arm);
    case "alarm_ended": return `${alarmWords(data.code).cause} [${data.code}]`;
    case "passage_closed": return [tc("outcome", data.outcome), tc("verdict", data.verdict), t(`lift_${data.lift ?? "99"}`)].join(" · ");
    case "lift_observed": case "arm_lowered": return data.travel_ms ? duration(data.travel_ms) : "";
    default: return said(data.text ?? data.why ?? data.reason ?? data.what) || (data.number ?? "");
  }
}

async function showProof(seq) {
  const proof = await call("GET", `events/${seq}/proof`);
  const text = JSON.stringify(proof, null, 1);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  openDialog(`${t("proof")} ${seq}`, h("p", {}, t("proof_how")),
    h("pre", { tabindex: "0" }, text),
    h("div", { class: "buttons" }, h("a", { class: "button", href: address, download: `proof-${seq}.json` }, "proof.json"), closeButton()));
}

// ---- a clock per stage -----------------------------------------------------------------------

const BEGINS = { passage_opened: "gather", inquiry: "ask", hold: "hold", lift_authorised: "record", lift_commanded: "lift", lift_observed: "leave", passage_closed: "" };

// Each stage with its time; the one that goes on counts. `openedAt`: when the passage opened, on this clock.
export function stagesOf(events, openedAt) {
  const marks = events.filter(({ bytes }) => bytes.kind in BEGINS).map(({ bytes }) => ({ stage: BEGINS[bytes.kind], at: bytes.mono_ms }));
  const stages = marks.filter((mark, i) => mark.stage && mark.stage !== marks[i - 1]?.stage);
  const first = events[0]?.bytes.mono_ms ?? 0;
  const endOf = (mark) => marks.find((other) => other.at >= mark.at && marks.indexOf(other) > marks.indexOf(mark) && other.stage !== mark.stage)?.at;
  return h("ol", { class: "stages", "aria-label": t("stages") }, stages.map((mark) => {
    const end = endOf(mark);
    return h("li", { class: end === undefined ? "runs" : "" }, h("span", {}, tc("stage", mark.stage)), " ",
      h("b", {}, end === undefined && openedAt ? since(openedAt + mark.at - first) : end === undefined ? "–" : duration(end - mark.at)));
  }));
}

// ---- what customs was asked, and what it answered ----------------------------------------------

function asked(data) {
  return [data.plate && `${t("plate")} ${data.plate}`, data.tag && `${t("tag")} ${data.tag}`,
    [data.box_front, data.box_rear].filter(Boolean).length > 0 && `${t("box")} ${[data.box_front, data.box_rear].filter(Boolean).join(", ")}`,
    `${t("weight")} ${kilograms(data.gross_g)}`, data.card && `${t("card")} ${data.card}`, data.seal && `${t("seal")} ${data.seal}`].filter(Boolean).join(" · ");
}

export function customsOf(events) {
  const first = events[0]?.bytes.mono_ms ?? 0;
  const later = (bytes) => `+${((bytes.mono_ms - first) / 1000).toFixed(2)} s`;
  const rows = events.map(({ bytes: { kind, data, ...bytes } }) => {
    const row = (text) => h("tr", {}, h("td", { class: "nowrap" }, later(bytes)), h("th", { scope: "row" }, tc("event", kind)), h("td", {}, text), h("td", { class: "quiet" }, data.seq_no));
    if (kind === "inquiry") return row(asked(data));
    if (kind === "answer") return row(answered(data));
    if (kind === "inquiry_failed" || kind === "inquiry_withdrawn") return row(gist({ kind, data }));
    return null;
  }).filter(Boolean);
  return rows.length ? table([t("time"), t("event_kind"), t("value_said"), "SEQ_NO"], rows, { label: t("customs") }) : h("p", {}, t("not_asked"));
}

// What was collected in the end, each value beside its pictures.
function evidenceOf(passage) {
  const newest = new Map(passage.events.filter(({ bytes }) => bytes.kind === "evidence").map(({ bytes }) => [bytes.data.slot, bytes.data]));
  return table(["evidence", "state", "read", "pictures", "source", "confidence"].map((name) => t(name)), [...newest].map(([slot, data]) => h("tr", {},
    h("th", { scope: "row" }, t(slot)), h("td", { class: "nowrap" }, `${SIGN_OF[data.state] ?? ""} ${tc("evidence", data.state)}`), h("td", {}, readText(slot, data.text)),
    h("td", {}, passage.pictures.filter((picture) => picture.slot === slot).map(pictureOf)),
    h("td", {}, data.device ?? "–"), h("td", {}, data.confidence === undefined ? "–" : `${data.confidence} %`))), { class: "evidence", label: t("evidence") });
}

// ---- the timeline ------------------------------------------------------------------------------

export function timelineOf(passage) {
  const first = passage.events[0]?.bytes.mono_ms ?? 0;
  return h("ol", { class: "timeline" }, passage.events.map(({ bytes, seq, leaf }) =>
    h("li", { class: ["alarm", "hold", "act_refused", "safety"].includes(bytes.kind) ? "look" : "" },
      h("time", { title: clock(bytes.wall_ms, true) }, `+${((bytes.mono_ms - first) / 1000).toFixed(2)} s`),
      h("span", { class: "kind" }, tc("event", bytes.kind)),
      h("span", { class: "gist" }, String(gist(bytes))),
      h("details", { "data-seq": seq }, h("summary", {}, `${t("event_no")} ${seq}`),
        h("p", {}, `${t("hash")} `, h("code", {}, leaf)), h("pre", { tabindex: "0" }, JSON.stringify(bytes.data, null, 1)),
        h("button", { type: "button", "data-focus": `proof ${seq}`, onclick: () => shown(showProof(seq)) }, t("proof"))))));
}

export const SIGN_OF = { collected: "✓", doubtful: "?", missing: "✗", awaited: "…" };

// A read as people say it: a seal's state is a word of ours.
export const readText = (slot, text) => (slot === "seal" ? text?.replace(/(^| )(sealed|open|absent|low battery|broken)\b/g, (_, blank, word) => `${blank}${tc("seal", word.replace(" ", "_"))}`) : text) || "–";

const evidenceText = (passage, slot) => passage.events.filter(({ bytes }) => bytes.kind === "evidence" && bytes.data.slot === slot)
  .map(({ bytes }) => bytes.data).pop();

// What a driver or a clerk takes along, on paper.
function slipOf(passage) {
  const weight = evidenceText(passage, "weight");
  const row = (name, value) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value || "–"));
  const closed = passage.events.find(({ bytes }) => bytes.kind === "passage_closed")?.bytes.data;
  return h("section", { class: "slip" }, h("h2", {}, `${t("slip_title")} · ${at("site").textContent}`), h("table", {}, h("tbody", {},
    row(t("passage"), `${passage.passage} · ${passage.lane}`), row(t("time"), clock(passage.opened_wall_ms, true)),
    row(t("plate"), passage.plate), row(t("box"), evidenceText(passage, "box")?.text),
    row(t("card"), evidenceText(passage, "card")?.text), row(t("seal"), readText("seal", evidenceText(passage, "seal")?.text)),
    row(t("order"), closed?.form_id),
    row(t("gross"), weight?.text ?? (weight?.gross_g !== undefined ? kilograms(weight.gross_g) : "")),
    row(t("verdict"), decided({ ...passage, reason: "" })),
    row(t("lift"), t(`lift_${["00", "10", "99"].includes(passage.lift) ? passage.lift : "99"}`)),
    row(t("hash"), h("code", {}, passage.events.at(-1)?.leaf ?? "")), row(t("printed"), clock(Date.now(), true)))));
}

export async function showPassage(place, number) {
  put(place, h("p", {}, t("loading")));
  const passage = await call("GET", `passages/${number}`);
  const first = passage.events[0]?.seq;
  const last = passage.events.at(-1)?.seq;
  put(place, h("article", { class: "passage" },
    h("header", {}, h("a", { href: "#history" }, `‹ ${t("history")}`),
      h("h2", {}, `${t("passage")} ${passage.passage} · ${passage.lane} · ${passage.plate}`)),
    h("p", { class: "verdict" }, [clock(passage.opened_wall_ms, true), decided(passage), tc("outcome", passage.outcome)].filter((part) => part && part !== "–").join(" · ")),
    stagesOf(passage.events),
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => window.print() }, t("slip")),
      h("a", { class: "button", href: `/api/v1/events.jsonl?first=${first}&last=${last}`, download: `passage-${passage.passage}.jsonl` }, t("jsonl"))),
    h("h3", {}, t("evidence")), evidenceOf(passage),
    h("h3", {}, t("customs")), customsOf(passage.events),
    h("h3", {}, t("timeline")), timelineOf(passage)), slipOf(passage));
}
