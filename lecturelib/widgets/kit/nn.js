// Layers of small networks that were trained in Python, for figures that run them: float32, row by row.
// A tensor is {shape, data}. Sums are taken in double precision and stored as float32. Weights are (out, in, …) as in
// lecturelib and PyTorch. One name is exported, so that the names in here are free for the figure.
export const nn = (() => {
  const size = (shape) => shape.reduce((product, n) => product * n, 1);

  /** A tensor of a shape, of these numbers or of zeros. */
  function tensor(shape, numbers = size(shape)) {
    const data = numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
    if (data.length !== size(shape)) throw new Error(`shape (${shape}) holds ${size(shape)} numbers, got ${data.length}`);
    return { shape, data };
  }

  /** Throws unless two sizes that must be the same are. */
  function agree(what, got, expected) {
    if (got !== expected) throw new Error(`${what}: expected ${expected}, got ${got}`);
  }

  /** x (…, in), W (out, in), b (out) or none: x Wᵀ + b (…, out). */
  function dense(x, W, b) {
    const [out, width] = W.shape, n = x.data.length / width, y = tensor([...x.shape.slice(0, -1), out]);
    agree("inputs of dense", x.shape.at(-1), width);
    for (let i = 0; i < n; i++) for (let o = 0; o < out; o++) {
      let sum = b ? b.data[o] : 0;
      for (let j = 0, p = i * width, q = o * width; j < width; j++) sum += x.data[p + j] * W.data[q + j];
      y.data[i * out + o] = sum;
    }
    return y;
  }

  /** x (N, C, H, W), filters (O, C, k, l), b (O) or none: (N, O, H', W') with H' = ⌊(H + 2 padding − k) / stride⌋ + 1. */
  function conv2d(x, filters, b, { padding = 0, stride = 1 } = {}) {
    const [N, C, H, W] = x.shape, [O, depth, k, l] = filters.shape;
    agree("channels of conv2d", C, depth);
    const rows = Math.floor((H + 2 * padding - k) / stride) + 1, columns = Math.floor((W + 2 * padding - l) / stride) + 1;
    const y = tensor([N, O, rows, columns]), map = new Float64Array(rows * columns);
    for (let n = 0; n < N; n++) for (let o = 0; o < O; o++) {
      map.fill(b ? b.data[o] : 0);
      for (let c = 0; c < C; c++) for (let i = 0; i < k; i++) for (let j = 0; j < l; j++) {
        const w = filters.data[((o * C + c) * k + i) * l + j];
        // Only columns whose input lies in the picture: outside there are zeros.
        const first = Math.max(0, Math.ceil((padding - j) / stride)), last = Math.min(columns - 1, Math.floor((W - 1 + padding - j) / stride));
        for (let r = 0; r < rows; r++) {
          const row = r * stride + i - padding;
          if (row < 0 || row >= H) continue;
          for (let s = first, p = ((n * C + c) * H + row) * W + j - padding; s <= last; s++) map[r * columns + s] += w * x.data[p + s * stride];
        }
      }
      y.data.set(map, (n * O + o) * rows * columns);
    }
    return y;
  }

  /** The largest of each square of `side`, `stride` apart: x (N, C, H, W) -> (N, C, H', W'). */
  function maxPool(x, side = 2, stride = side) {
    const [N, C, H, W] = x.shape, rows = Math.floor((H - side) / stride) + 1, columns = Math.floor((W - side) / stride) + 1;
    const y = tensor([N, C, rows, columns]);
    for (let m = 0, at = 0; m < N * C; m++) for (let r = 0; r < rows; r++) for (let s = 0; s < columns; s++) {
      let top = -Infinity;
      for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) top = Math.max(top, x.data[(m * H + r * stride + i) * W + s * stride + j]);
      y.data[at++] = top;
    }
    return y;
  }

  /** γ (x − mean) / √(variance + ε) + β over the last axis: x (…, D), γ and β (D). */
  function layerNorm(x, gamma, beta, epsilon = 1e-5) {
    const D = x.shape.at(-1), y = tensor(x.shape);
    agree("features of layerNorm", D, gamma.data.length);
    for (let at = 0; at < x.data.length; at += D) {
      let mean = 0, variance = 0;
      for (let j = 0; j < D; j++) mean += x.data[at + j] / D;
      for (let j = 0; j < D; j++) variance += (x.data[at + j] - mean) ** 2 / D;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let j = 0; j < D; j++) y.data[at + j] = gamma.data[j] * (x.data[at + j] - mean) * scale + beta.data[j];
    }
    return y;
  }

  /** softmax of data[at] … data[at + n − 1], in place. */
  function normalise(data, at, n) {
    let top = -Infinity, sum = 0;
    for (let j = at; j < at + n; j++) if (data[j] > top) top = data[j];
    for (let j = at; j < at + n; j++) sum += data[j] = Math.exp(data[j] - top); // the largest power is 1: no overflow
    for (let j = at; j < at + n; j++) data[j] /= sum;
  }

  /** softmax over the last axis. */
  function softmax(z) {
    const y = tensor(z.shape, z.data.slice()), n = z.shape.at(-1);
    for (let at = 0; at < y.data.length; at += n) normalise(y.data, at, n);
    return y;
  }

  /**
   * softmax(q kᵀ / √d) v for each head, d = D / heads features each: q (T, D), k, v (S, D) -> `y` (T, D) and the
   * `weights` (heads, T, S). Causal: the queries are the last T of the S tokens, all but T = S where the keys and values
   * of earlier ones were kept, and each looks at itself and those before it only.
   */
  function attention(q, k, v, heads = 1, causal = true) {
    const [T, D] = q.shape, [S] = k.shape, d = D / heads, scale = 1 / Math.sqrt(d), y = tensor([T, D]), weights = tensor([heads, T, S]);
    if (!Number.isInteger(d)) throw new Error(`attention: ${D} features do not go into ${heads} heads`);
    for (let h = 0; h < heads; h++) for (let t = 0; t < T; t++) {
      const row = (h * T + t) * S, seen = causal ? S - T + t + 1 : S, at = t * D + h * d, sum = new Float64Array(d);
      for (let s = 0; s < seen; s++) {
        let e = 0;
        for (let j = 0, p = s * D + h * d; j < d; j++) e += q.data[at + j] * k.data[p + j];
        weights.data[row + s] = e * scale;
      }
      normalise(weights.data, row, seen);
      for (let s = 0; s < seen; s++) for (let j = 0, w = weights.data[row + s], p = s * D + h * d; j < d; j++) sum[j] += w * v.data[p + j];
      y.data.set(sum, at);
    }
    return { y, weights };
  }

  /** The rows of a table (V, D) that the ids name: (T, D). */
  function embedding(ids, table) {
    const [V, D] = table.shape, y = tensor([ids.length, D]);
    ids.forEach((id, t) => {
      if (!(id >= 0 && id < V)) throw new Error(`embedding: expected ids from 0 to ${V - 1}, got ${id}`);
      y.data.set(table.data.subarray(id * D, (id + 1) * D), t * D);
    });
    return y;
  }

  /** x + y, entry by entry. */
  function add(x, y) {
    agree("numbers of add", y.data.length, x.data.length);
    return tensor(x.shape, x.data.map((value, i) => value + y.data[i]));
  }

  const entrywise = (f) => (x) => tensor(x.shape, x.data.map(f)), sigmoid = (a) => 1 / (1 + Math.exp(-a));
  return { tensor, dense, conv2d, maxPool, layerNorm, softmax, attention, embedding, add,
    relu: entrywise((a) => Math.max(0, a)), sigmoid: entrywise(sigmoid), tanh: entrywise((a) => Math.tanh(a)),
    gelu: entrywise((a) => a * sigmoid(1.702 * a)), // the quick form
    geluTanh: entrywise((a) => 0.5 * a * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (a + 0.044715 * a ** 3)))) };
})();
