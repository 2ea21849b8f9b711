// Runs Python (Pyodide) beside the page, which goes on answering: one worker a page.
//
// The page sends {run: {id, cell, source, packages}} and {set: {id, state}}; it receives the
// kernel's messages as they are (see sphinxext/page_kernel), and of this file {kind: "progress",
// text, share}, {kind: "done", id, ok} and {kind: "dead", text}.
"use strict";

const HERE = new URL(".", self.location);
const FILES = new URL(new URLSearchParams(self.location.search).get("pyodide"));
const CORE = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"];
const LOCK = "pyodide-lock.json";
const REST = "python_rest.zip"; // what starting does not need of the standard library
const SITE_PACKAGES = "/lib/python3.12/site-packages";
const BACKEND = "module://sphinxext.page_kernel.backend";
// matplotlib's fonts: the list in its wheel is of another machine, so it would make one at every start.
const FONTS = [`${SITE_PACKAGES}/sphinxext/page_kernel/fontlist.json`,
  `${SITE_PACKAGES}/matplotlib/fontlist.json`];
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
// What is loaded with a package though it does not ask for it: NumPy's loops with SIMD.
const BESIDE = { numpy: ["fast-numpy"] };
const MEGABYTE = 1e6;
const LATER = 10_000; // ms without a run: nothing that runs must wait for what it does not need

// WebKit calls its callbacks while Python waits for a file that is fetched when it is opened, and Pyodide
// then gives up for good. Without them, the few proxies that a worker makes live as long as it does.
self.FinalizationRegistry = class { register() {} unregister() {} };

const post = (kind, content) => self.postMessage({ kind, ...content });
const fetchFromSite = self.fetch.bind(self);
const fetched = new Map(); // address -> Promise of a checked Response, until Pyodide asks for it
const amount = { all: 0, here: 0 };
let files, lock, started, rest;

function told(problem) {
  post("dead", { text: `Python cannot run here: ${problem?.message ?? problem}` });
}
// A start that fails deep within Pyodide rejects nothing that anybody awaits.
self.addEventListener("unhandledrejection", (event) => told(event.reason));

function tellProgress() {
  const { here, all } = amount;
  const megabytes = (all / MEGABYTE).toFixed(all < 10 * MEGABYTE ? 1 : 0);
  post("progress", { text: `Fetching Python, ${megabytes} MB`, share: all ? here / all : 0 });
}

const AGAIN = "Check the connection and run the cell again.";
const CUT = `did not arrive whole, at two tries: the connection breaks off. ${AGAIN}`;
const ANOTHER = "is not the file that this site was built with. Reload the page; " +
  "if that does not help, tell whoever publishes this site.";
const nameOf = ({ pathname }) => pathname.split("/").pop();

/** What another try may mend: a connection that fails, half of a file, an old one from a cache. */
class Unsound extends Error {}

async function asked(address, options) {
  const answer = await fetchFromSite(address, options).catch((error) => {
    throw new Unsound(`${nameOf(address)} could not be fetched (${error.message}). ${AGAIN}`);
  });
  if (!answer.ok) {
    throw new Error(`${nameOf(address)} is missing on the server (${answer.status}). ` +
      "Tell whoever publishes this site.");
  }
  return answer;
}

/** What `read(answer)` makes of a file; an unsound one is asked for once more, past every cache. */
async function obtained(address, read, options) {
  try {
    return await read(await asked(address, options));
  } catch (error) {
    if (!(error instanceof Unsound)) throw error;
    return read(await asked(address, { cache: "reload", headers: { "X-Again": "yes" } }));
  }
}

/** The body of an answer, read piece by piece, so that the reader sees how far it is. */
async function body(answer, size) {
  const bytes = new Uint8Array(size + 1), ended = { done: true };
  let end = 0;
  for (const reader = answer.body.getReader(); end <= size;) {
    const { done, value } = await reader.read().catch(() => ended); // the connection broke off
    if (done) break;
    bytes.set(value.subarray(0, size + 1 - end), end);
    end += value.length;
    amount.here += value.length;
    tellProgress();
  }
  return bytes.subarray(0, end);
}

const hex = (buffer) => [...new Uint8Array(buffer)]
  .map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Where a file is: another content, another address, so whatever is kept of it never grows old. */
const dated = (name) => new URL(`${name}?v=${files.files[name].sha256.slice(0, 12)}`, FILES);

/** One of Pyodide's files, refused unless it is the one that the site was built with. */
async function checked(name) {
  const { bytes: size, sha256 } = files.files[name];
  const bytes = await obtained(dated(name), async (answer) => {
    const found = await body(answer, size);
    // A page that came over plain HTTP may not compute digests; the length is checked all the same.
    const right = found.length === size &&
      (!crypto.subtle || hex(await crypto.subtle.digest("SHA-256", found)) === sha256);
    if (right) return found;
    amount.here -= found.length;
    throw new Unsound(`${name} ${found.length < size ? CUT : ANOTHER}`);
  });
  return new Response(bytes, { headers: { "Content-Type": type(name) } });
}

/** A small file of which no length is known; `parse` throws on half of it. */
function small(address, parse, options) {
  return obtained(address, async (answer) => {
    try {
      return parse(await answer.arrayBuffer());
    } catch {
      throw new Unsound(`${nameOf(address)} ${CUT}`);
    }
  }, options);
}

const list = (name) => small(new URL(name, FILES),
  (content) => JSON.parse(new TextDecoder().decode(content)), { cache: "no-cache" });

/** A zip archive has 22 bytes at its end that say where its directory is. */
function archive(content) {
  const end = new DataView(content, content.byteLength - 22);
  if (end.getUint32(0, true) !== 0x06054b50) throw new RangeError("half an archive");
  return content;
}

const type = (name) => name.endsWith(".wasm") ? "application/wasm"
  : name.endsWith(".js") ? "text/javascript" : "application/octet-stream";

function begin(names) {
  for (const name of names) {
    const { href } = new URL(name, FILES);
    if (fetched.has(href)) continue;
    amount.all += files.files[name].bytes;
    fetched.set(href, checked(name));
    fetched.get(href).catch(() => {}); // whoever awaits it is told
  }
}

/** Pyodide's own requests are answered with what has been fetched and checked already. */
self.fetch = (input, options) => {
  const { href } = new URL(input.url ?? input, HERE);
  const early = fetched.get(href);
  if (!early) return fetchFromSite(input, options);
  return early.then((response) => response.clone());
};

async function loadScript(name) {
  const code = await (await fetched.get(new URL(name, FILES).href)).clone().blob();
  const address = URL.createObjectURL(code);
  importScripts(address);
  URL.revokeObjectURL(address);
}

function closure(names) {
  const all = new Set(), waiting = [...names];
  for (let name; (name = waiting.pop());) {
    if (all.has(name) || !lock.packages[name]) continue;
    all.add(name);
    waiting.push(...lock.packages[name].depends, ...(BESIDE[name] ?? []));
  }
  return [...all];
}

/** Pyodide keeps a package under the name in its entry, "Pillow", not under the lock's key. */
const isLoaded = (python, name) => lock.packages[name].name in python.loadedPackages;

const wheels = (names) => closure(names).map((name) => lock.packages[name].file_name);

async function start(packages) {
  post("progress", { text: "Fetching Python", share: 0 });
  // Throws where the site's policy forbids it; Pyodide would wait for ever.
  await WebAssembly.compile(EMPTY_MODULE);
  [files, lock] = await Promise.all(["files.json", LOCK].map(list));
  begin([...CORE, ...wheels(packages)]);
  const kernel = small(new URL("kernel.zip", HERE), archive);
  kernel.catch(() => {}); // who awaits it is told
  await loadScript("pyodide.js");
  await loadScript("pyodide.asm.js");
  await Promise.all(CORE.map((name) => fetched.get(new URL(name, FILES).href)));
  post("progress", { text: "Starting Python", share: 1 });
  const python = await loadPyodide({
    indexURL: FILES.href,
    lockFileURL: new URL(LOCK, FILES).href,
    env: { MPLBACKEND: BACKEND },
  });
  // Nobody sets it, but Python looks at it: WebKit ends a worker only where that calls JavaScript,
  // and would go on with an endless loop after Stop.
  python.setInterruptBuffer(new Uint8Array(1));
  for (const name of CORE) fetched.delete(new URL(name, FILES).href);
  if (files.files[REST]) python.FS.createLazyFile("/lib", REST, dated(REST).href, true, false);
  python.unpackArchive(await kernel, "zip", { extractDir: SITE_PACKAGES });
  const page = python.pyimport("sphinxext.page_kernel");
  const { eval_code_async: evaluate } = python.pyimport("pyodide.code");
  const made = page.start((text) => self.postMessage(JSON.parse(text)), evaluate);
  return { python, kernel: made };
}

/** What a cell names is loaded before it runs; of packages that are not there, Python tells. */
async function load(python, source, packages) {
  let found = [];
  try {
    const plain = python.pyimport("sphinxext.page_kernel.magics").plain(source);
    found = python.pyimport("pyodide.code").find_imports(plain).toJs();
  } catch {
    // The cell is no Python; running it says where.
  }
  const served = Object.entries(lock.packages);
  const named = served.filter(([, entry]) => entry.imports.some((name) => found.includes(name)));
  const missing = closure([...packages, ...named.map(([name]) => name)])
    .filter((name) => !isLoaded(python, name));
  if (!missing.length) return;
  begin(wheels(missing));
  await Promise.all(wheels(missing).map((name) => fetched.get(new URL(name, FILES).href)));
  post("progress", { text: `Loading ${missing.join(", ")}`, share: 1 });
  const failures = [];
  await python.loadPackage(missing, {
    messageCallback() {}, errorCallback: (text) => failures.push(text),
  });
  const still = missing.filter((name) => !isLoaded(python, name));
  if (still.length) throw new Error(failures.join(" ") || `${still.join(", ")} did not load.`);
  for (const name of wheels(missing)) fetched.delete(new URL(name, FILES).href);
  if (missing.includes("lecturelib")) openLazily(python.FS);
  if (missing.includes("fast-numpy")) speedUp(python);
  if (missing.includes("matplotlib")) {
    python.FS.writeFile(FONTS[1], python.FS.readFile(FONTS[0]));
    python.pyimport("sphinxext.page_kernel.quick_matplotlib").prepare();
  }
}

/** Where these loops do not fit, without SIMD say, NumPy keeps its own and is only slower. */
function speedUp(python) {
  try {
    python.pyimport("fast_numpy").install();
  } catch (error) {
    console.info(`NumPy keeps its own loops: ${error.message.trim().split("\n").pop()}`);
  }
}

/** Data is fetched when Python first opens its file. */
function openLazily(fs) {
  for (const [path, address] of Object.entries(files.lazy)) {
    const place = `${SITE_PACKAGES}/${path}`, cut = place.lastIndexOf("/");
    const url = new URL(address, FILES).href;
    fs.createLazyFile(place.slice(0, cut), place.slice(cut + 1), url, true, false);
  }
}

async function run({ id, cell, source, packages }) {
  clearTimeout(rest);
  const { python, kernel } = await (started ??= start(packages));
  await load(python, source, packages);
  post("progress", { text: "Running" });
  post("done", { id, ok: await kernel.run(source, cell) });
  rest = setTimeout(keepRest, LATER);
}

/** Fetched once, the rest of the standard library is there when the network is not. */
function keepRest() {
  if (files.files[REST]) fetchFromSite(dated(REST)).catch(() => {});
}

self.onmessage = async ({ data }) => {
  if (data.run) await run(data.run).catch(told);
  if (data.set) {
    const { python, kernel } = await started;
    kernel.receive(data.set.id, python.toPy(data.set.state));
  }
};
