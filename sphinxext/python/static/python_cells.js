// Run and Edit below the book's cells: everything behind them is fetched at the first touch.
(() => {
  "use strict";
  const FROM_FILE = "A browser starts no Python from a file. Serve the book's folder " +
    "(python -m http.server) and open it at http://localhost:8000.";
  const bars = document.getElementsByClassName("run-bar");

  function tell(bar, text) { bar.querySelector("[role=status]").textContent = text; }

  async function load() {
    if (location.protocol === "file:") throw new Error(FROM_FILE);
    const { python } = document.querySelector(".run-page").dataset;
    return import(new URL(python, location)).catch((error) => {
      throw new Error(`What runs the cells could not be fetched (${error.message}). ` +
        "Check the connection and reload the page.");
    });
  }

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.(".run-cell, .run-all, .edit-cell");
    const bar = button?.closest(".run-bar");
    if (!bar) return;
    try {
      await (await load()).act(button);
    } catch (error) {
      tell(bar, error.message);
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    let edits = null;
    try {
      edits = localStorage.getItem(`book-edits:${location.pathname}`);
    } catch {
      // Storage is forbidden: there is nothing to restore.
    }
    if (bars.length && edits && location.protocol !== "file:") {
      load().then((page) => page.restore()).catch(console.warn);
    }
  });
})();
