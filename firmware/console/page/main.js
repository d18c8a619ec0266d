// SPDX-License-Identifier: MIT
// The page: who is logged in, what is looked at, and the live stream behind it.

import { call, follow } from "./api.js";
import { isOfficer, openHandover, openPassword, ownerOf, refreshAct } from "./acts.js";
import { announce, callingAlarms, forgetAlarms, refreshAlarms, refreshWhole, ring, showAlarms } from "./alarms.js";
import { at, failure, h, isUnderAFinger, put, redrawn, say, shown, tick, toast } from "./dom.js";
import { refreshDevices, showDevices, watchGate } from "./devices.js";
import { showHistory } from "./history.js";
import { forgetDepth, hearRecord, showLane } from "./lane.js";
import { banners, showLanes } from "./live.js";
import { repaint, showNumbers } from "./numbers.js";
import { showOnFile } from "./onfile.js";
import { showPassage } from "./passage.js";
import { showPeople } from "./people.js";
import { MARK, language, setLanguage, t, tc } from "./words.js";

const lanes = new Map();
const VIEWS = ["lanes", "alarms", "history", "numbers", "onfile", "devices", "people"];
// Where a view belongs that has no entry of its own.
const ENTRY_OF = { lane: "lanes", passage: "history" };
let me = null;
let close = null;
let isLive = null;
let calling = "";

const view = () => {
  const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { name: name || "lanes", which: rest.join("/") };
};

// ---- the frame -----------------------------------------------------------------------------

function drawNav() {
  const { name } = view();
  const calls = callingAlarms(lanes);
  const worst = calls[0]?.severity;
  const entry = (item) => h("a", {
    href: `#${item}`, "data-focus": `nav ${item}`, "aria-current": (ENTRY_OF[name] ?? name) === item ? "page" : null,
    class: item === "alarms" && worst ? `look ${worst}` : "",
  }, item === "alarms" && worst ? `${MARK[worst]} ${t(item)} (${calls.length})` : t(item));
  put(at("nav"), me && !me.must_change ? VIEWS.map(entry) : []);
}

function drawFrame() {
  document.documentElement.lang = language();
  document.title = t("title");
  put(at("title"), t("title"));
  put(at("skip"), t("skip"));
  put(at("who"), me && !me.must_change ? h("button", { type: "button", id: "me", title: t("password_own"), onclick: () => openPassword(me.name, show) },
    `${me.name} (${t(`role_${me.role}`)})`) : "");
  drawNav();
  const tool = (word, onclick, attributes) => h("button", { type: "button", onclick, ...attributes }, t(word));
  put(at("tools"),
    h("button", { type: "button", id: "language", lang: language() === "en" ? "zh-CN" : "en", onclick: () => {
      setLanguage(language() === "en" ? "zh-CN" : "en");
      drawFrame();
      drawLive();
      drawView();
      if (me && !me.must_change) watchGate();
      at("language").focus();
    } }, t("language")),
    tool("theme", switchTheme, { id: "theme" }),
    me && tool("sound", () => {
      localStorage.setItem("sound", localStorage.getItem("sound") === "on" ? "off" : "on");
      drawFrame();
      at("sound").focus();
      ring();
    }, { id: "sound", "aria-pressed": String(localStorage.getItem("sound") === "on") }),
    me && !me.must_change && isOfficer(me.role) && tool("handover", () => openHandover(show), { id: "handover" }),
    me && tool("logout", () => shown(call("POST", "logout").then(begin)), { id: "logout" }));
  drawLogin();
}

function switchTheme() {
  const isNight = document.documentElement.dataset.theme === "night";
  document.documentElement.dataset.theme = isNight ? "day" : "night";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
  repaint(at("view"));
}

function drawLive() {
  put(at("live"), me && isLive !== null ? t(isLive ? "live" : "stale") : "");
  at("live").className = isLive === false ? "stale" : "";
  document.body.classList.toggle("not-live", Boolean(me) && isLive === false);
}

function drawLogin() {
  const form = at("login");
  form.hidden = Boolean(me && !me.must_change);
  at("view").hidden = !form.hidden;
  if (form.hidden || form.dataset.drawn === `${language()}${me?.must_change}`) return;
  form.dataset.drawn = `${language()}${me?.must_change}`;
  put(form, h("h2", {}, t("login")),
    me?.must_change ? [h("p", {}, t("fresh_why")), ownerOf(me.name)] : h("label", {}, t("name"), h("input", { name: "person", autocomplete: "username", required: true, maxlength: 32 })),
    h("label", {}, t("password"), h("input", { name: "secret", type: "password", autocomplete: "current-password", required: true })),
    me?.must_change ? h("label", {}, t("fresh"), h("input", { name: "fresh", type: "password", autocomplete: "new-password", required: true })) : null,
    h("p", { id: "complaint", role: "alert" }),
    h("button", { class: "go" }, t("login")));
}

// ---- what is looked at ---------------------------------------------------------------------

let bannerMark = "";

function drawBanners() {
  const isIn = me && !me.must_change;
  const some = new Map([...lanes].filter(([, lane]) => isIn && lane.emergency_mode));
  const mark = JSON.stringify([language(), me?.role, [...some].map(([name, lane]) => [name, lane.emergency_mode.by, lane.emergency_mode.reason, lane.emergency_mode.crossings])]);
  if (mark === bannerMark || isUnderAFinger()) return;
  bannerMark = mark;
  redrawn(at("banners"), () => put(at("banners"), banners(some, me?.role)));
}

// What the record says that whoever looks at the page has to know, wherever they are.
function hearOfLane({ kind, lane, data }) {
  if (kind === "lane_turn_withdrawn") toast(`${t("turn_withdrawn", { a: lane })}: ${data.code ? tc("refusal", data.code) : data.reason}`, true);
  if (kind === "emergency_mode" && data.what !== "on") toast(t("mode_ended", { a: lane, b: data.crossings }));
}

function redraw(isForced) {
  const { name, which } = view();
  drawBanners();
  if (!me || me.must_change) return;
  if (name === "lanes") showLanes(at("view"), lanes, me.role);
  if (name === "lane") showLane(at("view"), which, lanes, me.role, redraw);
  if (name === "alarms") refreshAlarms(at("view"), lanes, me.role, isForced);
}

function drawView() {
  const { name, which } = view();
  const place = at("view");
  if (!me || me.must_change) return;
  forgetDepth();
  put(place);
  if (name === "alarms") shown(showAlarms(place, lanes, me.role));
  else if (name === "history") shown(showHistory(place, [...lanes.keys()]));
  else if (name === "passage") shown(showPassage(place, which));
  else if (name === "numbers") shown(showNumbers(place, me));
  else if (name === "onfile") shown(showOnFile(place, which, me.role));
  else if (name === "devices") shown(showDevices(place));
  else if (name === "people") shown(showPeople(place, me));
  else redraw(true);
}

const on = {
  lanes({ whole, lanes: some }) {
    if (whole) lanes.clear();
    for (const lane of some) lanes.set(lane.name, { ...lane, at: Date.now() });
    announce(lanes);
    const calls = callingAlarms(lanes).map((alarm) => alarm.severity).join();
    if (calls !== calling) drawNav();
    calling = calls;
    refreshAct(lanes);
    redraw();
  },
  record(event) { hearRecord(event, redraw); hearOfLane(event.bytes); },
  missed() { drawView(); },
  ended() { begin(); },
  live(now) {
    if (isLive !== null && now !== isLive) say(t(now ? "live_again" : "stale"));
    isLive = now;
    drawLive();
  },
};

function show(session) {
  me = session;
  isLive = null;
  lanes.clear();
  forgetAlarms();
  close?.();
  close = null;
  drawFrame();
  drawLive();
  drawView();
  if (me && !me.must_change) {
    close = follow(on);
    watchGate();
  } else {
    at("dialog").close();
    put(at("view"));
    put(at("gate"));
    put(at("site"));
  }
}

async function begin() {
  try {
    show(await call("GET", "session"));
  } catch {
    show(null);
  }
}

at("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  at("complaint").textContent = "";
  try {
    if (me?.must_change) show(await call("POST", "password", { password: form.secret.value, fresh: form.fresh.value }));
    else show(await call("POST", "login", { name: form.person.value, password: form.secret.value }));
  } catch (error) {
    at("complaint").textContent = failure(error);
  }
  form.querySelectorAll("[type=password]").forEach((field) => { field.value = ""; });
});

// A browser that comes back to another view, and ages that go on by themselves.
window.addEventListener("hashchange", () => { drawNav(); drawView(); at("view").focus({ preventScroll: true }); scrollTo(0, 0); });
setInterval(() => { tick(); redraw(); }, 1000);
setInterval(() => {
  if (!me || me.must_change) return;
  watchGate();
  if (view().name === "devices") refreshDevices(at("view"));
  if (view().name === "alarms") shown(refreshWhole(at("view")));
}, 5000);
at("dialog").addEventListener("click", (event) => { if (event.target === at("dialog")) at("dialog").close(); });
window.addEventListener("unhandledrejection", (event) => toast(failure(event.reason ?? {}), true));
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "day");
begin();
