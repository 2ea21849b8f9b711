// A plane with axes, paths in it, and points that a reader moves.
import { clamp, format, pressed, scale, set, svg } from "./kit.js";

/** A plane with grid, ticks and axis names; `layer` is clipped to it, `over` is not. */
export function plane({ x, y, width, height, ticksX, ticksY = ticksX, nameX, nameY, margin = [12, 12, 38, 44] }) {
  const [top, right, bottom, left] = margin;
  const sx = scale(x, [left, width - right]), sy = scale(y, [height - bottom, top]);
  const id = `dl-clip-${Math.random().toString(36).slice(2)}`; // every widget's module counts by itself
  const box = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  const grid = svg("g", { class: "dl-grid", "aria-hidden": "true" });
  for (const t of ticksX) {
    grid.append(svg("path", { d: `M${sx(t)} ${top}V${height - bottom}`, class: t === 0 ? "dl-zero" : "" }));
    grid.append(svg("text", { x: sx(t), y: height - bottom + 15, "text-anchor": "middle" }, format(t, 0)));
  }
  for (const t of ticksY) {
    grid.append(svg("path", { d: `M${left} ${sy(t)}H${width - right}`, class: t === 0 ? "dl-zero" : "" }));
    grid.append(svg("text", { x: left - 6, y: sy(t) + 4, "text-anchor": "end" }, format(t, 0)));
  }
  grid.append(svg("text", { x: sx((x[0] + x[1]) / 2), y: height - 6, "text-anchor": "middle", class: "dl-name" }, nameX));
  const my = sy((y[0] + y[1]) / 2);
  grid.append(svg("text", { x: 13, y: my, transform: `rotate(-90 13 ${my})`, "text-anchor": "middle", class: "dl-name" }, nameY));
  const layer = svg("g", { "clip-path": `url(#${id})` }), over = svg("g");
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "dl-plane" },
    svg("clipPath", { id }, svg("rect", box)), grid, layer, over);
  return { root, layer, over, sx, sy };
}

/** Where on a chart the pointer is, in data. */
export function at({ root, sx, sy }, { clientX, clientY }) {
  const p = new DOMPoint(clientX, clientY).matrixTransform(root.getScreenCTM().inverse());
  return [sx.invert(p.x), sy.invert(p.y)];
}

/** A path through points; points that are not finite interrupt it. */
export function path(points, sx, sy) {
  let pen = "M";
  return points.map(([px, py]) => {
    if (!Number.isFinite(py)) return (pen = "M"), "";
    const [x, y] = [sx(px), sy(py)].map((c) => clamp(c, -1e4, 1e4).toFixed(2));
    const step = `${pen}${x} ${y}`;
    pen = "L";
    return step;
  }).join("");
}

/**
 * A point on `chart` to drag by mouse or finger, or to move by the arrow keys; calls `move([x, y])`. One that lives
 * on a `line` goes right with ArrowUp too, one that stands `upright` goes up with ArrowRight.
 */
export function handle(chart, { label, className, square = false, line = false, upright = false, step = 0.1, range, get, move }) {
  const dot = svg("g", { class: `dl-handle ${className}`, tabindex: 0, role: "slider", "aria-label": label,
    "aria-orientation": upright ? "vertical" : "horizontal", "aria-valuemin": range[0], "aria-valuemax": range[1] },
    svg("circle", { r: 22, class: "dl-touch" }),
    square ? svg("rect", { x: -7, y: -7, width: 14, height: 14, class: "dl-dot" }) : svg("circle", { r: 8, class: "dl-dot" }));
  let held = null; // which pointer drags, and how far from the point it took hold
  dot.addEventListener("pointerdown", (event) => {
    if (held || event.button) return; // a second finger, or a button that opens a menu
    dot.setPointerCapture(event.pointerId);
    const [px, py] = at(chart, event), [x, y] = get();
    held = { id: event.pointerId, offset: [x - px, y - py] }; // the point does not jump under the finger
    dot.focus();
  });
  dot.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.id) return;
    const [px, py] = at(chart, event);
    move([px + held.offset[0], py + held.offset[1]]);
  });
  for (const end of ["pointerup", "pointercancel"]) dot.addEventListener(end, (event) => {
    if (event.pointerId === held?.id) held = null;
  });
  dot.addEventListener("keydown", (event) => {
    const turn = pressed(event, { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });
    if (!turn) return;
    event.preventDefault();
    const [dx, dy] = turn, [x, y] = get(), size = event.shiftKey ? 10 * step : step;
    move([upright ? x : x + (line ? dx + dy : dx) * size, line ? y : y + (upright ? dx + dy : dy) * size]);
  });
  chart.over.append(dot);
  return (text) => {
    const [x, y] = get();
    set(dot, { transform: `translate(${chart.sx(x)} ${chart.sy(y)})`, "aria-valuenow": x, "aria-valuetext": text });
  };
}
