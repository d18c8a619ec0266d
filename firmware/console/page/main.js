// SPDX-License-Identifier: MIT
// The page: who is logged in, and all lanes live.

import { call, follow } from "./api.js";

const at = (id) => document.getElementById(id);
const lanes = new Map();
let close = null;

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function drawLane(lane) {
  const box = element("article", "", "lane");
  const list = document.createElement("dl");
  const row = (name, value) => list.append(element("dt", name), element("dd", value));
  row("状态 State", lane.state);
  row("车牌 Plate", lane.plate || "–");
  row("证据 Evidence", `${lane.collected} / ${lane.required}`);
  row("结论 Verdict", [lane.verdict, lane.reason].filter(Boolean).join(" · ") || "–");
  row("栏杆 Arm", lane.arm);
  row("报警 Alarms", lane.alarms.join(", ") || "–");
  box.append(element("h2", `${lane.name} ${lane.direction}`), element("p", lane.sign, "sign"), list);
  return box;
}

function draw() {
  at("lanes").replaceChildren(...[...lanes.values()].map(drawLane));
}

const on = {
  lanes({ whole, lanes: some }) {
    if (whole) lanes.clear();
    for (const lane of some) lanes.set(lane.name, lane);
    draw();
  },
  record() {},
  missed() {},
  ended() { begin(); },
  live(isLive) {
    at("live").textContent = isLive ? "实时 live" : "非实时：画面不是现在的 Not live";
    at("live").className = isLive ? "" : "stale";
  },
};

function show(session) {
  const mayWatch = session && !session.must_change;
  at("who").textContent = session ? `${session.name} (${session.role})` : "";
  at("logout").hidden = !session;
  at("login").hidden = mayWatch;
  at("fresh").hidden = !session?.must_change;
  at("fresh").querySelector("input").disabled = !session?.must_change;
  at("live").textContent = "";
  lanes.clear();
  draw();
  close?.();
  close = mayWatch ? follow(on) : null;
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
    if (form.fresh.disabled)
      show(await call("POST", "login", { name: form.name.value, password: form.password.value }));
    else
      show(await call("POST", "password", { password: form.password.value, fresh: form.fresh.value }));
  } catch (error) {
    at("complaint").textContent = error.message;
  }
  form.password.value = "";
  form.fresh.value = "";
});

at("logout").addEventListener("click", async () => {
  await call("POST", "logout").catch(() => {});
  begin();
});

begin();
