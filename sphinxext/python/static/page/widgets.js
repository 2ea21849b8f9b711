// The widgets that Python has made in this page: one model each, however many cells show it.

const UNLOADED = "their script could not be fetched. Check the connection and run the cell again";

/** Loads the host of the book's widgets on a page that has none of its own. */
function widgetHost() {
  if (window.bookWidgets) return Promise.resolve(window.bookWidgets);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../../anywidget-host.js", import.meta.url);
    script.onload = () => resolve(window.bookWidgets);
    script.onerror = () => reject(new Error(UNLOADED));
    document.head.append(script);
  });
}

export class Widgets {
  #known = new Map(); // id -> {state} until the first view, then {state, model}
  #save;

  /** `save(id, changes)` tells Python what a reader has set. */
  constructor(save) { this.#save = save; }

  /** Takes a message of the kernel: all of a widget's state at first, later what has changed. */
  take({ id, state }) {
    const known = this.#known.get(id);
    if (known?.model) known.model.take(state);
    else this.#known.set(id, { state: { ...known?.state, ...state } });
  }

  /** Shows a widget in `el`; rejects if its host cannot be loaded. */
  async show(id, el) {
    const host = await widgetHost(), known = this.#known.get(id);
    if (!el.isConnected) return; // its cell has been run again since
    known.model ??= host.model(known.state, (changes) => this.#save(id, changes));
    host.show(el, known.model);
  }

  /** Ends the views in `place`, and forgets the widgets that none is left of. */
  leave(place) {
    const views = [...window.bookWidgets?.views.values() ?? []];
    for (const view of views) if (place.contains(view.el)) view.unmount();
    const rest = new Set(views.filter(({ el }) => !place.contains(el)).map(({ model }) => model));
    for (const [id, { model }] of this.#known) {
      if (model && !rest.has(model)) this.#known.delete(id);
    }
  }
}
