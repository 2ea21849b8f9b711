// Keeps what the reader has used, for the next visit and for no network: registered at the first
// run of a cell, never before. Python's files never change under their names and come from here;
// pages come from the network while there is one.
"use strict";

const PYTHON = "book-python", PAGES = "book-pages";
// These change with the book: which files there are.
const LISTS = ["/files.json", "/pyodide-lock.json"];
const writing = new Map(); // address -> Promise: asked again before it is kept, wait, not fetch

const isLasting = ({ pathname }) => pathname.includes("/_static/python/") &&
  !LISTS.some((name) => pathname.endsWith(name));
const bare = (address) => String(address).split("#")[0];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keep(name, address, answer) {
  const cache = await caches.open(name);
  await cache.put(address, answer);
  if (address.endsWith(LISTS[0])) await prune(address);
}

/** Old wheels of the book's library go when the list of files no longer names them. */
async function prune(list) {
  const [pages, python] = await Promise.all([caches.open(PAGES), caches.open(PYTHON)]);
  const { files, lazy } = await (await pages.match(list)).json();
  const folder = list.slice(0, -LISTS[0].length + 1);
  const dated = Object.entries(files).map(([name, { sha256 }]) => `${name}?v=${sha256.slice(0, 12)}`);
  const named = new Set([...dated, ...Object.values(lazy)].map((name) => folder + name));
  for (const { url } of await python.keys()) {
    if (url.startsWith(folder) && !named.has(url)) await python.delete(url);
  }
}

/** What is here, or else what is fetched, and kept for the next time. */
async function lasting(request) {
  const address = bare(request.url);
  await writing.get(address);
  const cache = await caches.open(PYTHON);
  // What is here may be half of the file, if nothing said that it broke off: then it is asked for anew.
  // By a header, since a page that is reloaded asks for all of its files past the caches.
  const again = request.headers.has("X-Again");
  const found = !again && await cache.match(address);
  if (found) return found;
  // The whole file, also for a request that asks for a part or for the head.
  const answer = await fetch(address, { cache: again ? "reload" : "default" });
  if (answer.ok) {
    const kept = keep(PYTHON, address, answer.clone()).catch(() => {}); // the disk may be full
    writing.set(address, kept.finally(() => writing.delete(address)));
  }
  return answer;
}

/** What the network says, or, without one, what it said the last time. */
async function current(request) {
  const address = bare(request.url);
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.status === 200) keep(PAGES, address, answer.clone()).catch(() => {});
    return answer;
  } catch (error) {
    const cache = await caches.open(PAGES);
    const found = await cache.match(address) ?? await cache.match(address, { ignoreSearch: true });
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (isLasting(url) && ["GET", "HEAD"].includes(request.method)) {
    event.respondWith(lasting(request));
  } else if (request.method === "GET" && !request.headers.has("range")) {
    event.respondWith(current(request));
  }
});

/** The page tells what it had fetched before this began. */
self.addEventListener("message", ({ data }) => {
  for (const address of data.keep ?? []) {
    const url = new URL(address), name = isLasting(url) ? PYTHON : PAGES;
    fetch(bare(url)).then((answer) => answer.ok && keep(name, bare(url), answer)).catch(() => {});
  }
});
