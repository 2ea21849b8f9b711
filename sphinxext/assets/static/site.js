// What the site's one script adds to the theme's: menus and tips are fetched when they are needed, boxes that
// scroll can be reached from the keyboard, and the way back leads to what was read.
(() => {
  "use strict";
  const address = document.currentScript.dataset.menus;
  let menus;

  function fetchMenus() {
    menus ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: address, onload: resolve, onerror: reject });
      document.head.append(script);
    });
    return menus;
  }

  // The first pointer or focus on a control fetches them; by the click they are mostly there.
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, async ({ target }) => {
      const control = target.closest?.("[data-bs-toggle]");
      if (!control || window.bootstrap) return;
      await fetchMenus();
      const here = control.matches(":hover, :focus-visible");
      if (here) window.bootstrap.Tooltip.getInstance(control)?.show();
    });
  }
  document.addEventListener("click", async (event) => {
    const control = event.target.closest?.('[data-bs-toggle="dropdown"]');
    if (!control || window.bootstrap) return;
    event.preventDefault();
    await fetchMenus();
    window.bootstrap.Dropdown.getOrCreateInstance(control).toggle();
  });

  const BOXES = "pre, .cell_output > .output, .pst-scrollable-table-container";
  const scrolls = (box) => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;

  /** Called after a layout, when asking for a size is free; a far box when it is laid out at last. */
  const sizes = new ResizeObserver((entries) => {
    const found = entries.map(({ target }) => [target, scrolls(target)]);
    for (const [box, scrolled] of found) box.tabIndex = scrolled ? 0 : -1;
  });

  function watch(box) {
    sizes.unobserve(box); // what has been watched before is looked at once more
    sizes.observe(box);
  }

  /** Outputs that come later, and text that changes within a box; figures keep to their size. */
  function look({ target, addedNodes }) {
    if (target.closest(".anywidget-view")) return;
    const box = target.closest(BOXES);
    if (box) watch(box);
    for (const node of addedNodes) {
      if (node.matches?.(BOXES)) watch(node);
      node.querySelectorAll?.(BOXES).forEach(watch);
    }
  }

  document.querySelectorAll(BOXES).forEach((box) => sizes.observe(box));
  const changes = new MutationObserver((records) => records.forEach(look));
  const main = document.getElementById("main-content");
  if (main) changes.observe(main, { subtree: true, childList: true });

  // A browser notes the reader's place in pixels, here of a page whose far sections had no heights: what
  // stands at the top is noted too, and shown there on the way back, when all heights are true.
  const TEXT = ".bd-article :is(h1, h2, h3, p, li, pre):not(.anywidget-view *, .live-output *)";
  const isShown = (block) => block.checkVisibility({ contentVisibilityAuto: true }) &&
    block.getBoundingClientRect().bottom > 0;

  const KEY = `book-place:${location.pathname}`;

  addEventListener("pagehide", () => {
    const blocks = [...document.querySelectorAll(TEXT)], place = blocks.findIndex(isShown);
    const top = blocks[place]?.getBoundingClientRect().top;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ place, top }));
    } catch {
      // Storage is forbidden: the browser's own note has to do.
    }
  });
  addEventListener("load", () => {
    if ("far" in document.documentElement.dataset) return;
    try {
      const { place, top } = JSON.parse(sessionStorage.getItem(KEY));
      const block = document.querySelectorAll(TEXT)[place];
      scrollBy({ top: block.getBoundingClientRect().top - top, behavior: "instant" });
    } catch {
      // Nothing was noted.
    }
  });
  // Links within the page are the browser's again: layout.html took the way back from it.
  for (const type of ["pointerdown", "keydown"]) {
    addEventListener(type, () => { history.scrollRestoration = "auto"; }, { once: true, capture: true });
  }
})();
