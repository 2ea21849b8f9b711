// Random numbers that are the same at every visit.

/** Even numbers in [0, 1), one a call, from a seed (mulberry32). */
export function random(seed) {
  let s = seed * 0x9e3779b9;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
