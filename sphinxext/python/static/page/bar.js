// A bar of buttons with what is going on beside them: below each cell, and one for the whole page.

export class Bar {
  #shown = "";
  #clock = null;

  constructor(node, page) {
    this.node = node;
    this.status = node.querySelector("[role=status]");
    this.stopButton = this.button("Stop", () => page.stop());
  }

  /** A further button, hidden until it is of use. */
  button(textContent, onclick) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent, onclick, hidden: true });
    this.status.before(button);
    return button;
  }

  focus() { this.node.querySelector("button").focus(); }

  set canStop(can) {
    const focused = document.activeElement === this.stopButton;
    this.stopButton.hidden = !can;
    if (focused && !can) this.focus();
  }

  /** Says what is going on; `share`, from 0 to 1, how far it is. */
  say(text, share) {
    // Read aloud when it changes only.
    if (this.#shown !== text) this.status.textContent = this.#shown = text;
    this.meter ??= this.#meter();
    this.meter.hidden = share === undefined;
    if (share === undefined) return;
    this.meter.firstChild.value = share;
    this.meter.lastChild.textContent = ` ${Math.floor(share * 100)} %`;
  }

  #meter() {
    const meter = document.createElement("span"), number = document.createElement("span");
    const bar = Object.assign(document.createElement("progress"), { max: 1, ariaLabel: "Fetched" });
    meter.className = "run-progress";
    number.ariaHidden = "true";
    meter.append(bar, number);
    this.status.after(meter);
    return meter;
  }

  /** Counts the seconds of a run. */
  clock(runs) {
    clearInterval(this.#clock);
    delete this.node.dataset.seconds;
    if (!runs) return;
    const start = Date.now();
    const count = () => { this.node.dataset.seconds = Math.round((Date.now() - start) / 1000); };
    this.#clock = setInterval(count, 1000);
  }
}
