// What the site's one script adds to the theme's: menus and tips are fetched when they are needed, and boxes
// that scroll can be reached from the keyboard.
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
})();
