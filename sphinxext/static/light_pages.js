// What the site's one script adds to the theme's: menus and tips are fetched when they are needed.
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
})();
