// node session.js PYODIDE [/PLACE=FOLDER …]: runs Python in the Pyodide of a folder, with NumPy and
// other folders of this machine mounted. Each line of the input is a job, {source, given} in JSON;
// each line of the output its answer, {value} (what the last expression gives, from JSON) or {error}.
"use strict";

const path = require("node:path");
const readline = require("node:readline");

const RUN = `
import json
def run(source, given):
    from pyodide.code import eval_code
    return json.dumps(eval_code(source, globals() | json.loads(given) if given else globals()))
`;

async function start(folder, mounts) {
  const { loadPyodide } = require(path.join(folder, "pyodide.js"));
  const told = (text) => console.error(text);
  const python = await loadPyodide({ indexURL: folder + path.sep, stdout: told, stderr: told });
  await python.loadPackage("numpy", { messageCallback() {} });
  for (const mount of mounts) {
    const [place, from] = mount.split("=");
    python.FS.mkdirTree(place);
    python.mountNodeFS(place, from);
  }
  python.runPython(RUN);
  return python.globals.get("run");
}

async function main(folder, ...mounts) {
  const run = await start(path.resolve(folder), mounts);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { source, given } = JSON.parse(line);
    let answer;
    try {
      answer = `{"value": ${run(source, given)}}`;
    } catch (error) {
      answer = JSON.stringify({ error: error.message });
    }
    process.stdout.write(answer + "\n");
  }
}

// Without it, Node would print the line that failed: all of Pyodide is in one.
process.on("uncaughtException", ({ message }) => {
  console.error(message);
  process.exit(1);
});
main(...process.argv.slice(2));
