// The page's end of the worker: starts it at the first run, ends it to stop, hears its messages.

export const STOPPED = "Stopped.";
// What a reader without a network needs besides what this page has fetched: the editor.
const EDITOR = ["code-editor.js", "code-editor.css", "editor.js"]
  .map((name) => new URL(name, import.meta.url).href);
const WAIT = 2000; // ms for the service worker: without it Python runs too, and is fetched again

/** Keeps what is fetched from now on, for the next visit and for no network at all. */
async function keepFiles() {
  if (!navigator.serviceWorker) return; // a page that came over plain HTTP has none
  const site = new URL("../../../", import.meta.url);
  const ready = navigator.serviceWorker.register(new URL("sw.js", site), { scope: site.pathname })
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => active.postMessage({ keep: [location.href, ...used(), ...EDITOR] }));
  const late = new Promise((resolve) => setTimeout(resolve, WAIT));
  await Promise.race([ready, late]).catch((error) => console.info("No offline copy:", error));
}

/** What this page has fetched before anybody could keep it. */
const used = () => performance.getEntriesByType("resource").map(({ name }) => name)
  .filter((name) => name.startsWith(location.origin));

export class Python {
  #worker = null;
  #jobs = new Map(); // id -> {resolve, reject} of the runs that have not ended
  #count = 0;

  /** `hear(message)` takes every message of the kernel and of the start. */
  constructor(address, hear) {
    this.address = address;
    this.hear = hear;
  }

  get runs() { return this.#jobs.size > 0; }

  /** Runs one cell; resolves to whether it ended well, rejects when Python could not go on. */
  async run(job) {
    const id = ++this.#count;
    const ended = new Promise((resolve, reject) => this.#jobs.set(id, { resolve, reject }));
    if (!this.#worker) {
      await keepFiles();
      if (this.#jobs.has(id)) this.#start();
    }
    this.#worker?.postMessage({ run: { id, ...job } });
    return ended;
  }

  /** Tells a widget's Python what the reader has set. */
  set(id, state) { this.#worker?.postMessage({ set: { id, state } }); }

  /** Ends Python at once, whatever it is at; all it knew is gone, and the next run starts afresh. */
  stop(reason = STOPPED) {
    this.#worker?.terminate();
    this.#worker = null;
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const { reject } of jobs) reject(new Error(reason));
  }

  #start() {
    const worker = new Worker(this.address);
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      if (worker !== this.#worker) return; // said before it was ended
      if (data.kind === "dead") this.stop(data.text);
      else if (data.kind === "done") this.#end(data);
      else this.hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.stop(`Python cannot run here: ${event.message || "its worker could not be loaded"}`);
    };
  }

  #end({ id, ok }) {
    this.#jobs.get(id)?.resolve(ok);
    this.#jobs.delete(id);
  }
}
