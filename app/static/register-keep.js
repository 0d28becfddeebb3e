// Keeping a register's page on the phone, and leaving no name there afterwards. What is kept lies in a cache named
// after the page; the note beside it says until when.

import { keys, load, store } from "./register-storage.js";

const CACHE = "register:";
const NOTE = "register-kept:";
const SEEN = "register-seen:";
const LONGEST = 2 ** 31 - 1; // milliseconds a timer can count

export function seenKey(session) {
  return `${SEEN}${location.pathname}:${session}`;
}

// Whether this page is kept: then what the site said last may be kept with it.
export function isKept() {
  return load(NOTE + location.pathname, 0) > Date.now();
}

// Called with the page's form. Only while the site says so: near the day, and until the register is closed.
export async function keepPage(form) {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  const path = location.pathname;
  const until = Number(form?.dataset.keepUntil ?? 0);
  if (until <= Date.now()) {
    await forget(path);
    return;
  }
  startForgetting();
  store(NOTE + path, until);
  setTimeout(() => forget(path), Math.min(until - Date.now(), LONGEST));
  try {
    await navigator.serviceWorker.register("/register-worker.js", { scope: path });
    const cache = await caches.open(CACHE + path);
    const others = [...document.querySelectorAll(".rt-sessions a[data-keep]")].map((link) => link.getAttribute("href"));
    for (const address of new Set([path + location.search, path, ...others]))
      if (!(await cache.match(address, { ignoreVary: true }))) await putPage(cache, address);
    for (const { name } of performance.getEntriesByType("resource"))
      if (new URL(name).pathname.startsWith("/static/") && !(await cache.match(name, { ignoreVary: true }))) await cache.add(name);
  } catch {
    // Without signal, or in a private window, nothing more is kept.
  }
}
async function putPage(cache, address) {
  const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
  if (answer.ok && answer.headers.has("X-Keep-Until")) await cache.put(address, answer);
}

// The list is another than the one that was kept: somebody was added.
export async function keepAnew() {
  if (!load(NOTE + location.pathname, 0)) return;
  const cache = await caches.open(CACHE + location.pathname);
  for (const address of [location.pathname + location.search, location.pathname]) await putPage(cache, address);
}

export async function forget(path) {
  if (!load(NOTE + path, 0)) return;
  for (const key of keys(`${SEEN}${path}:`)) store(key, null);
  await caches.delete(CACHE + path);
  const registration = await navigator.serviceWorker.getRegistration(path);
  if (registration && new URL(registration.scope).pathname === path) await registration.unregister();
  await caches.delete(CACHE + path); // what its worker put there meanwhile
  store(NOTE + path, null);
}

// Pages whose day is over; with "everything" all of them.
export async function sweep(everything = false) {
  for (const note of keys(NOTE))
    if (everything || load(note, 0) <= Date.now()) await forget(note.slice(NOTE.length));
}

let forgetting = false;

// Signing out takes the names with it. Ticks that were not sent stay: they hold no name, and are sent after signing in.
export function startForgetting() {
  if (forgetting) return;
  forgetting = true;
  sweep();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("action") !== "/sign-out") return;
    event.preventDefault();
    const patience = new Promise((done) => setTimeout(done, 2000));
    Promise.race([sweep(true), patience]).finally(() => HTMLFormElement.prototype.submit.call(form));
  });
}
