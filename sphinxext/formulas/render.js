// Runs after katex.min.js in the engine that katex.py starts: one formula in, its markup and
// its width out. The answer is JSON because the engine hands over flat strings only.

const ems = (length) => (/em$/.test(length ?? "") ? parseFloat(length) : 0);

// Rows of a table and the layers of a fraction lie over each other; all else stands in a line.
const isStack = ({ classes }) => (classes ?? []).some((name) => /^vlist(-t)?$/.test(name));

// KaTeX joins letters into one symbol that keeps the width of the first: half an em is a wide letter.
function symbolWidth({ text, width, maxFontSize }) {
  const letters = [...text].length;
  return letters * (letters > 1 ? Math.max(width, 0.5) : width) * (maxFontSize || 1);
}

/** Width in em of a node of KaTeX's HTML tree, from the metrics that KaTeX itself lays out with. */
function widthOf(node) {
  const { marginLeft, marginRight, width, minWidth } = node.style ?? {};
  const space = ems(marginLeft) + ems(marginRight) + Math.max(ems(width), ems(minWidth));
  if (node.text !== undefined) return space + symbolWidth(node);
  const widths = (node.children ?? []).map(widthOf);
  return space + (isStack(node) ? Math.max(0, ...widths) : widths.reduce((sum, w) => sum + w, 0));
}

// KaTeX would print these in red and go on; a link in the part that screen readers skip is worse.
const refuse = ({ command }) => {
  throw new Error(`${command} is not allowed in a formula`);
};

function renderFormula(tex, displayMode, macros) {
  // A formula may define macros of its own: each call parses the table anew, so none leaks out.
  const options = () => ({
    output: "htmlAndMathml",
    throwOnError: true,
    strict: "error",
    trust: refuse,
    displayMode,
    macros: JSON.parse(macros),
  });
  const html = katex.renderToString(tex, options());
  return JSON.stringify([html, widthOf(katex.__renderToHTMLTree(tex, options()))]);
}
