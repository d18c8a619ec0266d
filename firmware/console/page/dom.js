// SPDX-License-Identifier: MIT
// Making elements, values as people read them, clocks that go on, and the dialog.

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

const two = (number) => String(number).padStart(2, "0");

// The gate's day and time as the reader's clock has them; ISO order, which both languages read alike.
export function clock(wallMs, withDay = false) {
  if (!wallMs) return "–";
  const date = new Date(wallMs);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withDay ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}` : time;
}

const whole = (ms) => (ms < 10000 ? `${Math.max(0, Math.floor(ms / 1000))} s` : duration(ms));

// Clocks count by themselves: nothing is redrawn for a second that went by.
export const since = (at, className) => h("span", { class: className, "data-since": Math.round(at) }, whole(Date.now() - at));
export const left = (until) => h("span", { "data-until": Math.round(until) }, whole(until - Date.now()));

// While nothing is heard they stand, as all that is shown does.
export function tick() {
  if (document.body.classList.contains("not-live")) return;
  for (const element of document.querySelectorAll("[data-since], [data-until]")) {
    const { since: from, until } = element.dataset;
    const text = whole(from ? Date.now() - from : until - Date.now());
    if (element.textContent !== text) element.textContent = text;
  }
}

export const kilograms = (grams) => (grams === null || grams === undefined ? "–" :
  `${(grams / 1000).toLocaleString(language())} kg`);

export function table(heads, rows, attributes) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": attributes?.label ?? heads[0] },
    h("table", { class: attributes?.class }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows)));
}

// For screen readers: what calls for somebody now.
export function say(text) {
  at("say").textContent = "";
  at("say").textContent = text;
}

// ---- fingers and keys: what they are on must not go away ------------------------------------

let isHeld = false;
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(() => { isHeld = false; }, 80), true);
document.addEventListener("pointerdown", () => { isHeld = true; }, true);
export const isUnderAFinger = () => isHeld;

const keyOf = (element) => element?.dataset?.focus ?? element?.id ?? "";

export function refocus(key) {
  const element = key && (document.querySelector(`[data-focus="${CSS.escape(key)}"]`) ?? at(key));
  (element || at("view")).focus({ preventScroll: true });
}

// Draws anew, and leaves the key where it was.
export function redrawn(place, draw) {
  const key = place.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  draw();
  if (key !== null && document.activeElement === document.body) refocus(key);
}

let opener = "";

export function openDialog(title, ...children) {
  const dialog = at("dialog");
  if (!dialog.open) opener = keyOf(document.activeElement);
  put(dialog, h("h2", { id: "dialog_title" }, title), children);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

export const closeDialog = () => at("dialog").close();
export const closeButton = (word = "close") => h("button", { type: "button", name: "close", onclick: closeDialog }, t(word));
// The event comes a moment after the dialog went; by then a quick hand may have opened the next.
at("dialog").addEventListener("close", () => {
  if (at("dialog").open) return;
  put(at("dialog"));
  refocus(opener);
});

// ---- what came of something ------------------------------------------------------------------

let sayTimer = 0;

// What came of something, for eyes and for screen readers.
export function toast(text, isBad = false) {
  const place = at("toast");
  place.textContent = text;
  place.className = isBad ? "bad" : "";
  place.setAttribute("role", isBad ? "alert" : "status");
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
