// A formula that is copied is its TeX, once. The page holds it twice, as MathML for screen readers and in pieces
// for the eye, and a browser would copy both.
(() => {
  "use strict";

  const element = (node) => node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;

  /** What is selected, and all of a formula of which a part is: half of one has no TeX. */
  function contents(range) {
    const own = range.cloneRange();
    const [first, last] = [own.startContainer, own.endContainer].map((node) => element(node)?.closest(".katex"));
    if (first) own.setStartBefore(first);
    if (last) own.setEndAfter(last);
    return own.cloneContents();
  }

  /** The text as a page would show it, with its lines: for that it has to stand in one. */
  function plain(copied) {
    Object.assign(copied.style, { position: "fixed", opacity: 0, pointerEvents: "none" });
    document.body.append(copied);
    const text = copied.innerText;
    copied.remove();
    return text;
  }

  document.addEventListener("copy", (event) => {
    const selection = getSelection(), copied = document.createElement("div");
    if (selection.isCollapsed) return; // or it is within a field of text
    for (let i = 0; i < selection.rangeCount; i++) copied.append(contents(selection.getRangeAt(i)));
    const formulas = copied.querySelectorAll(".katex");
    if (!formulas.length) return;
    for (const formula of formulas) {
      const math = formula.querySelector("math"), mark = math.getAttribute("display") === "block" ? "$$" : "$";
      (formula.closest(".katex-display") ?? formula).replaceWith(mark + math.querySelector("annotation").textContent + mark);
    }
    for (const control of copied.querySelectorAll("button, script, style")) control.remove();
    event.clipboardData.setData("text/html", copied.innerHTML);
    event.clipboardData.setData("text/plain", plain(copied));
    event.preventDefault();
  });
})();
