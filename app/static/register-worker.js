// Opens one register's page without signal: the page this worker was registered for, and what it is drawn with.
// With signal the page always comes from the site. Everything else goes its usual way.

const PAGE = new URL(self.registration.scope).pathname;
const CACHE = `register:${PAGE}`;
const PATIENCE = 10000; // milliseconds before a signal that is too weak counts as none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

async function page(event) {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => settle(event.request.url, answer.clone())).catch(() => {}));
  try {
    const answer = await Promise.race([asked, new Promise((done) => setTimeout(done, PATIENCE))]);
    if (answer && answer.status < 500) return answer;
    return (await kept(event.request.url)) ?? (await asked);
  } catch {
    return (await kept(event.request.url)) ?? Response.error();
  }
}

// What the site answers is kept if it says so. Who is signed out, or may not open it any more, keeps nothing.
async function settle(address, answer) {
  if (answer.status >= 500) return;
  if (!answer.ok) await caches.delete(CACHE);
  else if (await caches.has(CACHE)) {
    const cache = await caches.open(CACHE);
    if (answer.headers.has("X-Keep-Until")) await cache.put(address, answer);
    else await cache.delete(address, { ignoreVary: true });
  }
}

async function kept(address) {
  if (!(await caches.has(CACHE))) return undefined;
  const cache = await caches.open(CACHE);
  for (const ignoreSearch of [false, true]) {
    const found = await cache.match(address, { ignoreSearch, ignoreVary: true });
    if (found && Number(found.headers.get("X-Keep-Until")) > Date.now()) return found;
  }
  await caches.delete(CACHE);
  return undefined;
}

// Their addresses change with their content, so a copy is never old.
async function asset(request) {
  const found = (await caches.has(CACHE)) && (await (await caches.open(CACHE)).match(request, { ignoreVary: true }));
  return found || fetch(request);
}
