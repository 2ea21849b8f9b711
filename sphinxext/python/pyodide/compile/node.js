// node node.js GIVEN MADE JOB: runs inside.py in the Pyodide of the folder GIVEN; the job is a file.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

async function main(given, made, jobFile) {
  const job = fs.readFileSync(jobFile, "utf-8");
  const { loadPyodide } = require(path.join(given, "pyodide.js"));
  // The same bytes for the same sources: sets of constants are stored in the order of their hashes.
  const python = await loadPyodide({
    indexURL: given + path.sep,
    env: { PYTHONHASHSEED: "0", MPLBACKEND: "agg" },
  });
  python.mountNodeFS("/given", given);
  python.mountNodeFS("/made", made);
  await python.loadPackage(JSON.parse(job).load, { messageCallback() {} });
  python.runPython(fs.readFileSync(path.join(__dirname, "inside.py"), "utf-8"));
  python.globals.get("main")("/given", "/made", job);
}

// Without it, Node would print the line that failed: all of Pyodide is in one.
process.on("uncaughtException", ({ message }) => {
  console.error(message);
  process.exit(1);
});
main(...process.argv.slice(2));
