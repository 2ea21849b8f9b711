// Edits of cells that the page no longer has: their code is the reader's, to copy or to discard.

import { edits } from "./edits.js";

const SAYS = "You have edited code that the book no longer has. Yours was:";

/** Shows them below the bar of the page; `rest` has pairs of an id and an edit. */
export function showFormer(bar, rest) {
  const place = document.createElement("details");
  place.className = "former-edits";
  place.append(Object.assign(document.createElement("summary"), { textContent: SAYS }));
  for (const [id, { edited }] of rest) {
    const one = document.createElement("div"), code = document.createElement("pre");
    const discard = document.createElement("button");
    Object.assign(code, { textContent: edited, tabIndex: 0 });
    Object.assign(discard, { type: "button", textContent: "Discard", onclick() {
      edits.drop(id);
      one.remove();
      if (place.childElementCount === 1) place.remove();
    } });
    one.append(code, discard);
    place.append(one);
  }
  bar.after(place);
}
