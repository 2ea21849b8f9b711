// Records of trainings as lecturelib/widgets/record.py packs them.

/** The arrays of a record by name, with an array of rows for each axis but the last; null where the record is empty. */
export function unpack(record) {
  if (!record.data) return null;
  const bytes = Uint8Array.from(atob(record.data), (char) => char.charCodeAt(0));
  const numbers = Float64Array.from(new Int16Array(bytes.buffer), (n) => n / record.unit); // browsers are little-endian
  let at = 0;
  const take = ([n, ...rest]) => (rest.length ? Array.from({ length: n }, () => take(rest)) : numbers.subarray(at, (at += n)));
  return Object.fromEntries(Object.entries(record.shapes).map(([name, shape]) => [name, take(shape)]));
}

/** The number that the 16 bits of a float16 stand for. */
export function fromHalf(bits) {
  const power = (bits >> 10) & 31, size = power ? 2 ** (power - 25) * (1024 + (bits & 1023)) : 2 ** -24 * (bits & 1023);
  return bits >> 15 ? -size : size;
}

/** The arrays of a record in the types of its file, by name: `{shape, data}`. */
export function unpackTyped(record) {
  const bytes = Uint8Array.from(atob(record.data ?? ""), (char) => char.charCodeAt(0)), found = {};
  let at = 0;
  for (const [name, shape, type] of record.arrays ?? []) {
    const size = shape.reduce((product, n) => product * n, 1) * (type === "int8" ? 1 : 2), own = bytes.slice(at, (at += size)).buffer; // browsers are little-endian
    found[name] = { shape, data: type === "int8" ? new Int8Array(own) : type === "int16" ? new Int16Array(own) : Float32Array.from(new Uint16Array(own), fromHalf) };
  }
  return found;
}

/** The layers `{W, b}` of a network of these sizes from its parameters in one row; a row of W for each unit. */
export function fill(numbers, sizes) {
  let at = 0;
  const take = (n) => numbers.subarray(at, (at += n));
  return sizes.slice(1).map((units, i) => ({ W: Array.from({ length: units }, () => take(sizes[i])), b: take(units) }));
}

/** W x + b for rows w of W. */
export const affine = ({ W, b }, x) => W.map((w, i) => w.reduce((sum, wj, j) => sum + wj * x[j], b[i]));

/** softmax(z), and the logarithm of its denominator: the cross-entropy of class y is `log − z[y]`. */
export function softmax(z) {
  const top = Math.max(...z), e = z.map((zk) => Math.exp(zk - top)), total = e.reduce((sum, ek) => sum + ek, 0);
  return { o: e.map((ek) => ek / total), log: Math.log(total) + top };
}
