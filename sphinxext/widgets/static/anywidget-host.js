// Shows the widgets of a static page: no kernel, no module loader, no server, also from file://.
// Runs each anywidget's own ES module on the state that myst-nb stores in the page. What goes wrong
// is told to the reader in place and to the console as a warning: one broken figure is no broken
// page. Load it with `defer`: it expects a parsed document.
(() => {
  "use strict";
  const STATE = "application/vnd.jupyter.widget-state+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const NEEDS_PYTHON = "This control needs Python: open the page as a notebook to use it.";
  const NARROW = 560; // px: below, a widget has one column
  const views = new Map(); // key -> {el, model, module, unmount()} of every anywidget on the page
  const modules = new Map(); // source -> Promise of the module's namespace
  const runtimes = new Map(); // model -> {loaded, ready, stop()}
  const styles = new Set();
  const texts = globalThis.widgetTexts; // of a site that keeps modules and records out of its pages
  const invoke = async () => { throw new Error("invoke needs Python: this page has no kernel."); };

  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);

  function kind(value) {
    if (value === null) return "null";
    if (Array.isArray(value)) return "array";
    return ArrayBuffer.isView(value) ? "binary" : typeof value;
  }

  /** Equality by content, so that a fresh but equal list is not a change. */
  function same(a, b) {
    if (Object.is(a, b)) return true;
    if (kind(a) !== kind(b) || !["array", "object"].includes(kind(a))) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((n) => n in b && same(a[n], b[n]));
  }

  /** The synced traits of one widget, with change events in the manner of Backbone. */
  class Model {
    #state;
    #listeners = [];
    #save;
    #unsaved = {};

    /** `save(changes)` tells Python what a view has set, where the page has a Python. */
    constructor({ state, buffers = [] }, widget_manager, save = () => {}) {
      for (const { path, data } of buffers) {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        const parent = path.slice(0, -1).reduce((at, name) => at[name], state);
        parent[path.at(-1)] = new DataView(bytes.buffer);
      }
      this.#state = state;
      this.#save = save;
      this.widget_manager = widget_manager;
    }

    complete() { return texts?.fetch(this.#state); }

    get(name) { return this.#state[name]; }
    send() {} // there is no kernel to tell

    save_changes() {
      const changes = this.#unsaved;
      this.#unsaved = {};
      if (Object.keys(changes).length) this.#save(changes);
    }

    /** Takes what Python has set: the views hear of it, Python does not hear it back. */
    take(changes) {
      this.set(changes);
      for (const n of Object.keys(changes)) delete this.#unsaved[n];
    }

    /** `set(name, value)` or `set({name: value, …})`: every `change:name`, then one `change`. */
    set(name, value) {
      const update = kind(name) === "object" ? name : { [name]: value };
      const changed = Object.keys(update).filter((n) => !same(this.#state[n], update[n]));
      for (const n of changed) this.#state[n] = this.#unsaved[n] = update[n];
      for (const n of changed) this.#emit(`change:${n}`, this, this.#state[n]);
      if (changed.length) this.#emit("change", this);
    }

    on(names, callback, owner) {
      for (const name of names.split(/\s+/)) this.#listeners.push({ name, callback, owner });
    }

    /** Removes the listeners that match every argument given; one left out matches all. */
    off(names, callback, owner) {
      this.#listeners = this.#listeners.filter((entry) =>
        (names && !names.split(/\s+/).includes(entry.name)) ||
        (callback && callback !== entry.callback) || (owner && owner !== entry.owner));
    }

    #emit(name, ...values) {
      for (const entry of [...this.#listeners]) if (entry.name === name) entry.callback(...values);
    }

    /** The model as one view sees it: its listeners carry `owner`, so that they go with the view. */
    ownedBy(owner) {
      const bound = ["get", "set", "save_changes", "send"].map((n) => [n, this[n].bind(this)]);
      const on = (names, callback) => this.on(names, callback, owner);
      const off = (names, callback) => this.off(names, callback, owner);
      return { ...Object.fromEntries(bound), on, off, widget_manager: this.widget_manager };
    }
  }

  const during = (step, work) => Promise.resolve().then(work).catch((cause) => {
    throw new Error(`${step} failed: ${cause?.message ?? cause}`, { cause });
  });

  /** Runs `initialize` or `render`; `stop` aborts its signal, drops its listeners and cleans up. */
  function run(step, widget, model, rest) {
    const controller = new AbortController(), { signal } = controller;
    const context = { ...rest, model: model.ownedBy(signal), signal, experimental: { invoke } };
    const done = widget.then((w) => signal.aborted || during(step, () => w[step]?.(context)));
    async function stop() {
      controller.abort();
      model.off(null, null, signal);
      const cleanup = await done.catch(() => null);
      if (typeof cleanup === "function") await during("clean-up", cleanup).catch(console.warn);
    }
    return { done, stop };
  }

  function imported(source) {
    if (!modules.has(source)) {
      const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      modules.set(source, import(url).finally(() => URL.revokeObjectURL(url)));
    }
    return modules.get(source);
  }

  /** The module of a widget: the site's own come as scripts, a kernel's or a foreign one as its text. */
  async function load(source) {
    await texts?.bring(source);
    const module = source.part ? texts.part(source.part) : await imported(source);
    const made = module.default;
    const widget = typeof made === "function" ? await made() : made;
    if (!widget) throw new Error("the module has no default export");
    return { module, widget };
  }

  // To measure in a section whose layout the browser has put off would call for that layout.
  const isLaidOut = (el) => el.checkVisibility?.({ contentVisibilityAuto: true }) ?? true;
  const isNear = (el) => isLaidOut(el) && el.getBoundingClientRect().top < 2 * innerHeight;
  const isMeant = (el) => `#${el.id}` === location.hash;

  /** Resolves when the reader is less than a screen and a half away, or prints. */
  const approach = (el) => new Promise((resolve) => {
    const options = { rootMargin: "150% 0px" };
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && come(), options);
    const come = () => { observer.disconnect(); resolve(); };
    observer.observe(el);
    addEventListener("beforeprint", come, { once: true });
  });

  /** A figure in sight, or that the link names, is drawn at once, a far one as the reader comes near. */
  async function turn(el, model, isDue) {
    if (!isDue) await approach(el);
    await model.complete();
  }

  /** Imports and initialises the widget of a model, once however many views show it. */
  function runtimeOf(model, turn = Promise.resolve()) {
    if (!runtimes.has(model)) {
      const loaded = turn.then(() => during("import", () => load(model.get("_esm"))));
      const widget = loaded.then((found) => found.widget);
      const { done, stop } = run("initialize", widget, model);
      runtimes.set(model, { loaded, ready: done.then(() => widget), stop });
    }
    return runtimes.get(model);
  }

  /** All modules of the page, as soon as the reader stirs: whoever prints then finds every figure. */
  function bringAll(state) {
    const all = () => Object.values(state).forEach((model) => texts?.bring(model.state._esm).catch(() => {}));
    for (const sign of ["scroll", "pointermove", "pointerdown", "keydown"]) {
      const heard = (event) => {
        // Under a pointer at rest the page moves, as it is laid out, and the browser tells of that.
        if (sign === "pointermove" && !event.movementX && !event.movementY) return;
        removeEventListener(sign, heard);
        all();
      };
      addEventListener(sign, heard, { passive: true });
    }
  }

  const message = (textContent) => element("p", { className: "widget-message", textContent });

  /** "lecturelib.widgets.RNNUnrolledWidget" -> "rnn-unrolled"; "-2", "-3", … when it is taken. */
  function newKey(id = "widget") {
    const words = id.split(".").at(-1).replace(/[a-z](?=[A-Z])|[A-Z0-9](?=[A-Z][a-z])/g, "$&-");
    const name = words.toLowerCase().replace(/-widget$/, "");
    let key = name;
    for (let count = 2; views.has(key); count++) key = `${name}-${count}`;
    return key;
  }

  /** Starts a view of the model in `el`: whether it is due now, and a promise that it is drawn or says why not. */
  function mount(el, model) {
    const key = newKey(model.get("_anywidget_id")), css = model.get("_css");
    el.id = document.getElementById(key) ? `${key}-widget` : key; // a heading may have the name
    el.dataset.key = key;
    const isDue = isMeant(el) || isNear(el);
    const [wide, narrow] = model.get("_heights") ?? [0, 0]; // kept free, so that the page does not jump
    if (isLaidOut(el)) el.style.minHeight = `${el.clientWidth < NARROW ? narrow : wide}px`;
    if (css && !styles.has(css)) document.head.append(element("style", { textContent: css }));
    styles.add(css);
    const runtime = runtimeOf(model, turn(el, model, isDue));
    const rendering = run("render", runtime.ready, model, { el });
    async function unmount() {
      if (!views.delete(key)) return;
      await rendering.stop();
      if (![...views.values()].some((other) => other.model === model)) await runtime.stop();
      el.replaceChildren();
    }
    const view = { el, model, module: null, unmount };
    views.set(key, view);
    runtime.loaded.then(({ module }) => { view.module = module; }, () => {}); // told by `done`
    const drawn = rendering.done.catch((error) => {
      console.warn(`Widget ${key}:`, error);
      const reason = `“${key}” could not be shown (${error.message}). The rest of the page works.`;
      if (views.has(key)) el.replaceChildren(message(reason));
    }).then(() => { el.style.minHeight = ""; });
    return { isDue, drawn };
  }

  /** What a view holds, looking into boxes: anywidgets, stored outputs and dead controls. */
  function contents(ref, state) {
    const id = ref.replace("IPY_MODEL_", ""), entry = state[id];
    if (entry?.model_module === "anywidget") return [{ id }];
    if (entry?.model_name === "OutputModel") return entry.state.outputs.map((output) => ({ output }));
    const children = entry?.state.children ?? [];
    return children.length ? children.flatMap((child) => contents(child, state)) : [{ dead: true }];
  }

  function outputElement({ data = {}, text, ename, evalue }) {
    const part = (value) => [].concat(value ?? "").join("");
    const png = part(data["image/png"]), svg = encodeURIComponent(part(data["image/svg+xml"]));
    const src = png ? `data:image/png;base64,${png}` : `data:image/svg+xml,${svg}`;
    if (png || svg) return element("img", { alt: "Stored output of a control in Python", src });
    const html = new DOMParser().parseFromString(part(data["text/html"]), "text/html");
    const plain = part(text ?? data["text/plain"]) || (ename ? `${ename}: ${evalue}` : "");
    const bare = !plain || /^<[\w.]+ object>$/.test(plain); // says nothing that the HTML does not
    return element("pre", { textContent: bare ? html.body.textContent : plain });
  }

  /** The model of a widget that Python has made in this page; `show(el, model)` gives it a view. */
  const model = (state, save) => new Model({ state }, null, save);

  async function start() {
    const stored = document.querySelector(`script[type="${STATE}"]`);
    const { state } = JSON.parse(stored?.textContent ?? '{"state": {}}');
    const models = new Map(), settled = [];
    let meant; // the figure that the link names
    const modelOf = (id) => models.get(id) ?? models.set(id, new Model(state[id], manager)).get(id);
    const manager = {
      /** A referred anywidget is initialised but not awaited: two models may refer to each other. */
      async get_model(ref) {
        const id = ref.replace("IPY_MODEL_", "");
        if (!state[id]) throw new Error(`This page has no widget model ${ref}.`);
        if (modelOf(id).get("_esm")) runtimeOf(modelOf(id)).ready.catch(console.warn);
        return modelOf(id);
      },
    };
    for (const script of document.querySelectorAll(`script[type="${VIEW}"]`)) {
      const parts = contents(JSON.parse(script.textContent).model_id, state);
      if (parts.some(({ dead }) => dead)) script.before(message(NEEDS_PYTHON));
      for (const { id, output } of parts) {
        const place = script.previousElementSibling; // kept free by the page from its first paint on
        const kept = place?.matches(".anywidget-view:empty") && parts.length === 1 ? place : null;
        const el = output ? outputElement(output)
          : kept ?? element("div", { className: "anywidget-view" });
        if (id || output) script.before(el);
        if (!id) continue;
        const { isDue, drawn } = mount(el, modelOf(id));
        if (isDue) settled.push(drawn);
        if (isMeant(el)) meant = el;
      }
    }
    bringAll(state);
    window.bookWidgets = { views, model, show: (el, model) => mount(el, model).drawn };
    meant?.scrollIntoView();
    await Promise.all(settled);
    meant?.scrollIntoView(); // those above it may have grown
    document.documentElement.dataset.widgets = "ready";
  }
  start();
})();
