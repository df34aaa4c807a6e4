// Answers with the page without a signal when a key worker's page cannot be reached. Nothing else of the Fund is ever kept: no page of
// somebody signed in, no answer, no picture. What it keeps is the shell, fetched without a cookie, so that nobody's name is in it.
//
// The Fund writes one line before this one: `const SHELL = {page, files, store, version}`, the addresses of what to keep.

/* global SHELL, FundPhone */
importScripts(SHELL.store);

const CACHE = `fund-shell-${SHELL.version}`;
// A signal that brings nothing for this long is none.
const PATIENCE = 12_000;
// Where a key worker is. Somebody who gives is shown their browser's own page.
const STAFF = /^\/(?:home|account|help|search|sign-in|sign-out|requests|without-signal)(?:\/|$)/;

async function fill() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    [SHELL.page, ...SHELL.files].map(async (address) => {
      const answer = await fetch(address, { credentials: "omit", cache: "reload" });
      if (!answer.ok || answer.redirected) throw new Error(`${address} answered ${answer.status}`);
      await cache.put(address, answer);
    }),
  );
}

async function dropOldShells() {
  for (const name of await caches.keys()) if (name.startsWith("fund-shell-") && name !== CACHE) await caches.delete(name);
}

const kept = async (address) => (await caches.open(CACHE)).match(address, { ignoreVary: true });

/** The page from the Fund, or after a while the shell. */
async function page(request) {
  const patience = new Promise((_done, fail) => setTimeout(() => fail(new Error("no answer")), PATIENCE));
  try {
    return await Promise.race([fetch(request), patience]);
  } catch {
    return (await kept(SHELL.page)) ?? Response.error();
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOldShells(), FundPhone.dropOld().catch(() => {})]).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const where = new URL(request.url);
  if (request.method !== "GET" || where.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (STAFF.test(where.pathname)) {
      event.respondWith(page(request));
      event.waitUntil(FundPhone.dropOld().catch(() => {}));
    }
    return;
  }
  const address = where.pathname + where.search;
  if (SHELL.files.includes(address)) event.respondWith(kept(address).then((found) => found ?? fetch(request)));
});
