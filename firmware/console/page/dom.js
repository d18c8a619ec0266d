// SPDX-License-Identifier: MIT
// Making elements, and values as people read them.

import { language, t, tc } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

function grow(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// h("p", {class: "x", onclick: f}, "text", child, [more])
export const h = (name, attributes, ...children) => grow(document.createElement(name), attributes, children);
export const s = (name, attributes, ...children) => grow(document.createElementNS(SVG, name), attributes, children);

export const at = (id) => document.getElementById(id);

export function put(place, ...children) {
  place.replaceChildren(...children.flat(3).filter(Boolean));
}

export function duration(ms) {
  if (ms === null || ms === undefined) return t("never");
  if (ms >= 0 && ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (ms < 10000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

export function clock(wallMs, withDay = false) {
  if (!wallMs) return "–";
  return new Date(wallMs).toLocaleString(language(), {
    hour12: false, ...(withDay ? { dateStyle: "short", timeStyle: "medium" } : { timeStyle: "medium" }),
  });
}

export const kilograms = (grams) => (grams === null || grams === undefined ? "–" :
  `${(grams / 1000).toLocaleString(language())} kg`);

export function table(heads, rows, attributes) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": attributes?.label ?? heads[0] },
    h("table", { class: attributes?.class }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows)));
}

let sayTimer = 0;

// What came of something, for eyes and for screen readers.
export function toast(text, isBad = false) {
  const place = at("toast");
  place.textContent = text;
  place.className = isBad ? "bad" : "";
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { place.textContent = ""; place.className = ""; }, isBad ? 15000 : 6000);
}

// A failure in the reader's words, with the code and what the gate said to it.
export function failure(error) {
  const code = error.code ?? "failed";
  return `${tc("refusal", code)} [${code}] ${error.message}`;
}

// What every view wants of a promise: a failure is shown, never swallowed.
export const shown = (promise) => promise.catch((error) => toast(failure(error), true));
