// Long texts of widgets that do not travel in the page: modules and stylesheets, which pages share,
// come in scripts ahead of anywidget-host.js; records of trainings when the host asks for them.
// A stored state names them: {texts: ["kit", "neuron"]}, and {script: address, text: name}.
globalThis.widgetTexts = (() => {
  "use strict";
  const texts = {};
  const scripts = new Map(); // address -> Promise of its end

  /** Runs a script once. A script, because a page of file:// may fetch nothing else. */
  function include(src) {
    const ran = (resolve, reject) => {
      const onerror = () => reject(new Error(`${src.split("/").at(-1)} could not be loaded`));
      document.head.append(
        Object.assign(document.createElement("script"), { src, onload: resolve, onerror }));
    };
    if (!scripts.has(src)) scripts.set(src, new Promise(ran));
    return scripts.get(src);
  }

  /** Puts the texts that are there in the place of their names. */
  function join(state) {
    for (const [name, value] of Object.entries(state)) {
      if (value?.texts) state[name] = value.texts.map((part) => texts[part]).join("\n");
    }
  }

  /** Names of the values of a state that are still to be fetched. */
  const waiting = (state) => Object.keys(state).filter((name) => state[name]?.script);

  async function fetch(state) {
    for (const name of waiting(state)) {
      const { script, text } = state[name];
      await include(script);
      state[name] = texts[text];
    }
  }

  return { add: (more) => Object.assign(texts, more), join, waiting, fetch };
})();
