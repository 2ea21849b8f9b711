// What widgets need and the page does not hold: the parts that their modules share come in a script ahead of
// anywidget-host.js, each module's own part and records of trainings when the host asks for them. A stored
// state names them: {part: "neuron", from: address}, and {script: address, text: name}.
globalThis.widgetTexts = (() => {
  "use strict";
  const functions = (globalThis.widgetParts ??= {}); // name -> function of `part` that returns exports
  const parts = {}, texts = {};
  const scripts = new Map(); // address -> Promise of its end

  /** The exports of a part, which runs when the first asks for it. */
  function part(name) {
    if (!functions[name]) throw new Error(`${name}.js could not be loaded`);
    return parts[name] ??= functions[name](part);
  }

  /** Runs a script once. A script, because a page of file:// may fetch nothing else. */
  function include(src) {
    const ran = (resolve, reject) => {
      const onerror = () => reject(new Error(`${src.split("/").at(-1).split("?")[0]} could not be loaded`));
      document.head.append(
        Object.assign(document.createElement("script"), { src, onload: resolve, onerror }));
    };
    if (!scripts.has(src)) scripts.set(src, new Promise(ran));
    return scripts.get(src);
  }

  /** Sees to it that the part of a module is there. */
  const bring = async (source) => source?.from && include(source.from);

  /** Puts the texts of a state in the place of their addresses. */
  async function fetch(state) {
    for (const [name, value] of Object.entries(state)) {
      if (!value?.script) continue;
      await include(value.script);
      state[name] = texts[value.text];
    }
  }

  return { add: (more) => Object.assign(texts, more), part, bring, fetch };
})();
