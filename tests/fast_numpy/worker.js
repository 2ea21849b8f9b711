// Python beside a page: answers {source} with {value}, what the last expression gives, or {error}.
"use strict";

importScripts("pyodide/pyodide.js");

async function start() {
  const python = await loadPyodide({ indexURL: new URL("pyodide/", self.location).href });
  await python.loadPackage("numpy", { messageCallback() {} });
  const files = await (await fetch("files.json")).json();
  for (const name of files) {
    const place = `/home/pyodide/${name}`;
    python.FS.mkdirTree(place.slice(0, place.lastIndexOf("/")));
    python.FS.writeFile(place, new Uint8Array(await (await fetch(name)).arrayBuffer()));
  }
  return python;
}

const started = start();
self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ value: (await started).runPython(data.source) });
  } catch (error) {
    self.postMessage({ error: String(error.message) });
  }
};
