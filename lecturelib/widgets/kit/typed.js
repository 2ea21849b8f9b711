// Numbers as people type them: the same readings as `readings` of lecturelib.checks gives in Python.

const PLAIN = [[/[\u2212\u2012\u2013\uff0d]/g, "-"], [/[\u00a0\u2007\u2009\u202f]/g, " "], [/[\u2019_]/g, "'"], [/[x*\u00b7\u22c5]/g, "×"]];
const RAISED = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", FIGURES = "[\\d., ' ]*\\d[.,]?";
const NUMBER = RegExp(`^([-+]?) ?(${FIGURES})(?:e([-+]?\\d+))?(?: ?/ ?(${FIGURES}))? ?(%?)$`, "i");
const DECIMAL = /^(\d+[.,]?\d*|[.,]\d+)$/;
const GROUPED = /^([1-9]\d{0,2})([., '])(\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](\d*))?$/;

/** The figures without marks between thousands and with a decimal point, in each way to read them. */
function decimals(figures) {
  const decimal = DECIMAL.test(figures) ? [figures.replace(",", ".")] : [], grouped = GROUPED.exec(figures);
  if (!grouped) return decimal;
  const [, first, mark, rest, after] = grouped, whole = [`${first}${rest.replaceAll(mark, "")}.${after ?? ""}`];
  return mark === "." ? [...decimal, ...whole] : [...whole, ...decimal];
}

/**
 * The finite numbers that a typed text can mean, the likeliest first; none if it is no number. A comma or a point
 * before three last digits may part thousands or begin decimals; a percentage is a share, or the number before the sign.
 */
export function readings(text) {
  const plain = text.trim().replace(RegExp(`[${RAISED}]+`, "g"), (raised) => "^" + [...raised].map((c) => "-+0123456789"[RAISED.indexOf(c)]).join(""));
  const typed = PLAIN.reduce((text, [from, to]) => text.replace(from, to), plain.replaceAll("**", "^"));
  const match = NUMBER.exec(typed.replace(/ ?× ?10\^/g, "e").replace(/^([-+]?)10\^/, (_, sign) => `${sign}1e`));
  if (!match) return [];
  const [, sign, top, power = "0", bottom = "1", percent] = match;
  const values = decimals(top).flatMap((over) => decimals(bottom).map((under) => Number(`${sign}${over}e${power}`) / (Number(under) || NaN)));
  return [...(percent ? values.map((value) => value / 100) : []), ...values].filter(Number.isFinite);
}
