// SPDX-License-Identifier: MIT
// Calls of the JSON interface, and the live stream.

let csrf = "";

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function call(method, path, body, isBackground = false) {
  const headers = { Accept: "application/json", ...(isBackground ? { "X-Kakou-Background": "1" } : {}) };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRF-Token"] = csrf;
  }
  let reply;
  let value;
  try {
    reply = await fetch(`/api/v1/${path}`, {
      method, headers, body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
    });
    value = await reply.json();
  } catch (error) {
    throw new ApiError(0, "no_console", error.message);
  }
  if (!reply.ok)
    throw new ApiError(reply.status, value.error.code, value.error.message);
  if (value.csrf) csrf = value.csrf;
  return value;
}

// A stream without news for so long is not live.
const SILENT_MS = 3000;
const REFUSED_MS = 2000;

// Calls on.lanes({whole, lanes}), on.record(event), on.missed({after, until}), on.ended() and
// on.live(true | false: kakoud and console are heard). Returns what closes it.
export function follow(on) {
  const source = new EventSource("/api/v1/stream");
  let heard = Date.now();
  let gate = false;
  let said = null;
  const say = () => {
    const isLive = gate && Date.now() - heard < SILENT_MS;
    if (isLive !== said) on.live(isLive);
    said = isLive;
  };
  const listen = (name, then) => source.addEventListener(name, (event) => {
    heard = Date.now();
    then(JSON.parse(event.data));
    say();
  });
  listen("beat", (beat) => { gate = beat.is_live; });
  listen("lanes", on.lanes);
  listen("record", on.record);
  listen("missed", on.missed);
  listen("ended", () => { source.close(); on.ended(); });
  // A browser asks again by itself while nobody answers; where it was refused (a console that was started anew knows
  // no session) it gives up, and whoever looks has to be told where they stand.
  let refused = 0;
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) refused = setTimeout(on.ended, REFUSED_MS);
  });
  const watch = setInterval(say, 500);
  return () => { clearInterval(watch); clearTimeout(refused); source.close(); };
}
