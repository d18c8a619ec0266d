// SPDX-License-Identifier: MIT
// One passage: its timeline, pictures, slip, and the proof of each event.

import { call } from "./api.js";
import { at, clock, duration, h, kilograms, put, shown } from "./dom.js";
import { t, tc } from "./words.js";

const pictureAddress = (sha256) => `/api/v1/pictures/${sha256}`;

export function pictureOf(picture) {
  const open = () => {
    const dialog = at("dialog");
    put(dialog, h("figure", {}, h("img", { src: pictureAddress(picture.sha256), alt: `${t(picture.slot)} ${picture.text}` }),
      h("figcaption", {}, `${t(picture.slot)} ${picture.side} · ${picture.text || "–"} · ${picture.device}`,
        h("br"), h("code", {}, `SHA-256 ${picture.sha256}`))),
      h("button", { type: "button", onclick: () => dialog.close() }, t("close")));
    dialog.showModal();
  };
  return h("button", { type: "button", class: "picture", onclick: open, "aria-label": `${t("pictures")} ${t(picture.slot)} ${picture.side}` },
    h("img", { src: pictureAddress(picture.sha256), alt: "", loading: "lazy", width: 96, height: 54 }));
}

// What of an event's data a reader looks for first, in the order of its telling.
function gist(event) {
  const data = event.data ?? {};
  switch (event.kind) {
    case "evidence":
      return `${t(data.slot)} ${data.text || "–"} · ${tc("evidence", data.state)}${data.confidence !== undefined ? ` · ${data.confidence} %` : ""}`;
    case "picture": return `${t(data.slot)} ${data.side} ${data.text}`;
    case "picture_missing": return `${t(data.slot)} ${data.why}`;
    case "inquiry": case "inquiry_sent": case "inquiry_withdrawn": return data.seq_no ?? "";
    case "answer": return [tc("verdict", data.verdict), data.hint, data.form_id].filter(Boolean).join(" · ");
    case "verdict": return [tc("verdict", data.verdict), tc("by", data.by), tc("reason", data.reason)].filter((part) => part && part !== "–").join(" · ");
    case "hold": return tc("reason", data.reason);
    case "officer_act": return [data.actor, tc("act", data.act), data.value, data.reason, data.second].filter(Boolean).join(" · ");
    case "act_refused": return [data.actor, tc("act", data.act), data.code && tc("refusal", data.code), data.why].filter(Boolean).join(" · ");
    case "alarm": return `${data.code}: ${data.text}`;
    case "passage_closed": return [tc("outcome", data.outcome), tc("verdict", data.verdict), t(`lift_${data.lift ?? "99"}`)].join(" · ");
    case "lift_observed": case "arm_lowered": return data.travel_ms ? duration(data.travel_ms) : "";
    default: return data.text ?? data.why ?? data.reason ?? data.what ?? data.number ?? "";
  }
}

async function showProof(seq) {
  const proof = await call("GET", `events/${seq}/proof`);
  const dialog = at("dialog");
  const text = JSON.stringify(proof, null, 1);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  put(dialog, h("h2", {}, `${t("proof")} ${seq}`), h("p", {}, t("proof_how")),
    h("pre", { tabindex: "0" }, text),
    h("div", { class: "buttons" }, h("a", { class: "button", href: address, download: `proof-${seq}.json` }, "proof.json"),
      h("button", { type: "button", onclick: () => dialog.close() }, t("close"))));
  dialog.showModal();
}

export function timelineOf(passage) {
  const first = passage.events[0]?.bytes.mono_ms ?? 0;
  return h("ol", { class: "timeline" }, passage.events.map(({ bytes, seq, leaf }) =>
    h("li", { class: ["alarm", "hold", "act_refused", "safety"].includes(bytes.kind) ? "look" : "" },
      h("time", { title: clock(bytes.wall_ms, true) }, `+${((bytes.mono_ms - first) / 1000).toFixed(2)} s`),
      h("span", { class: "kind" }, tc("event", bytes.kind)),
      h("span", { class: "gist" }, String(gist(bytes))),
      h("details", {}, h("summary", {}, `${t("event_no")} ${seq}`),
        h("p", {}, `${t("hash")} `, h("code", {}, leaf)), h("pre", { tabindex: "0" }, JSON.stringify(bytes.data, null, 1)),
        h("button", { type: "button", onclick: () => shown(showProof(seq)) }, t("proof"))))));
}

const evidenceText = (passage, slot) => passage.events.filter(({ bytes }) => bytes.kind === "evidence" && bytes.data.slot === slot)
  .map(({ bytes }) => bytes.data).pop();

// What a driver or a clerk takes along, on paper.
function slipOf(passage) {
  const weight = evidenceText(passage, "weight");
  const row = (name, value) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value || "–"));
  return h("section", { class: "slip" }, h("h2", {}, t("slip_title")), h("table", {}, h("tbody", {},
    row(t("passage"), `${passage.passage} · ${passage.lane}`), row(t("time"), clock(passage.opened_wall_ms, true)),
    row(t("plate"), passage.plate), row(t("box"), evidenceText(passage, "box")?.text),
    row(t("card"), evidenceText(passage, "card")?.text), row(t("seal"), evidenceText(passage, "seal")?.text),
    row(t("weight"), weight?.text ?? (weight?.gross_g !== undefined ? kilograms(weight.gross_g) : "")),
    row(t("verdict"), `${tc("verdict", passage.verdict)} · ${tc("by", passage.by)}`),
    row(t("lift"), t(`lift_${["00", "10", "99"].includes(passage.lift) ? passage.lift : "99"}`)),
    row(t("hash"), h("code", {}, passage.events.at(-1)?.leaf ?? "")))));
}

export async function showPassage(place, number) {
  put(place, h("p", {}, t("loading")));
  const passage = await call("GET", `passages/${number}`);
  const first = passage.events[0]?.seq;
  const last = passage.events.at(-1)?.seq;
  put(place, h("article", { class: "passage" },
    h("header", {}, h("a", { href: "#history" }, `‹ ${t("history")}`),
      h("h2", {}, `${t("passage")} ${passage.passage} · ${passage.lane} · ${passage.plate}`)),
    h("p", { class: "verdict" }, [clock(passage.opened_wall_ms, true), tc("verdict", passage.verdict), tc("by", passage.by),
      tc("reason", passage.reason), tc("outcome", passage.outcome)].filter((part) => part && part !== "–").join(" · ")),
    h("p", {}, Object.entries(passage.stages ?? {}).map(([name, ms]) =>
      h("span", { class: "chip" }, `${tc("stage", name.replace(/_ms$/, ""))} ${duration(ms)}`))),
    h("div", { class: "pictures" }, passage.pictures.length ? passage.pictures.map(pictureOf) : t("no_picture")),
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => window.print() }, t("slip")),
      h("a", { class: "button", href: `/api/v1/events.jsonl?first=${first}&last=${last}`, download: `passage-${passage.passage}.jsonl` }, t("jsonl"))),
    h("h3", {}, t("timeline")), timelineOf(passage)), slipOf(passage));
}
