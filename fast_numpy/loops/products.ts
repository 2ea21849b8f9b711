// Products of matrices and vectors, as NumPy calls its generalized ufuncs
// (https://numpy.org/doc/stable/reference/c-api/generalized-ufuncs.html): `args` has the operands'
// addresses, `dims` the number of products and then the sizes, `steps` the bytes from one product to
// the next and then from one entry to the next. T is f32 or f64; an address is a usize.
//
// A vector has 16 bytes. A tile of the product has 4 rows of 2 vectors, which stay in registers; a
// panel is the columns of the right matrix that a tile needs, up to DEPTH rows of them, packed.

import { total, VECTOR, WORD } from "./vectors";

const WIDTH: isize = 32; // bytes of a tile's row
const DEPTH: isize = 512;
// The loader has reserved memory here for this module (see build.py): a panel, then a tile.
// @ts-ignore: decorator
@external("env", "__memory_base")
declare const panel: usize;

// (m,k),(k,p)->(m,p)
export function matmul_f32(args: usize, dims: usize, steps: usize, data: usize): void {
  matmul<f32>(args, dims, steps);
}
export function matmul_f64(args: usize, dims: usize, steps: usize, data: usize): void {
  matmul<f64>(args, dims, steps);
}
// (n),(n)->()
export function vecdot_f32(args: usize, dims: usize, steps: usize, data: usize): void {
  vecdot<f32>(args, dims, steps);
}
export function vecdot_f64(args: usize, dims: usize, steps: usize, data: usize): void {
  vecdot<f64>(args, dims, steps);
}
// The dotfunc of a dtype (PyArray_DotFunc), which stands behind np.dot, np.inner and np.tensordot.
export function dot_f32(a: usize, as: isize, b: usize, bs: isize, out: usize, n: isize, arr: usize): void {
  store<f32>(out, dot<f32>(a, as, b, bs, n));
}
export function dot_f64(a: usize, as: isize, b: usize, bs: isize, out: usize, n: isize, arr: usize): void {
  store<f64>(out, dot<f64>(a, as, b, bs, n));
}

// x y + z, rounded once where the compiler is told that there is such an instruction (see build.py).
// @ts-ignore: decorator
@inline
function mad<T>(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(x, y, z);
  return v128.add<T>(v128.mul<T>(x, y), z);
}

function matmul<T>(args: usize, dims: usize, steps: usize): void {
  let a = load<usize>(args), b = load<usize>(args, WORD), c = load<usize>(args, 2 * WORD);
  const m = load<isize>(dims, WORD), k = load<isize>(dims, 2 * WORD), p = load<isize>(dims, 3 * WORD);
  const am = load<isize>(steps, 3 * WORD), ak = load<isize>(steps, 4 * WORD);
  const bk = load<isize>(steps, 5 * WORD), bp = load<isize>(steps, 6 * WORD);
  const cm = load<isize>(steps, 7 * WORD), cp = load<isize>(steps, 8 * WORD);
  for (let n = load<isize>(dims); n > 0; n--) {
    if (m < 4) rows<T>(a, am, ak, b, bk, bp, c, cm, cp, m, k, p);
    else if (p < 4) rows<T>(b, bp, bk, a, ak, am, c, cp, cm, p, k, m); // (A B)ᵀ = Bᵀ Aᵀ
    else tiles<T>(a, am, ak, b, bk, bp, c, cm, cp, m, k, p);
    a += load<isize>(steps); b += load<isize>(steps, WORD); c += load<isize>(steps, 2 * WORD);
  }
}

// The product panel by panel; each after the first adds to what stands there.
function tiles<T>(
  a: usize, am: isize, ak: isize, b: usize, bk: isize, bp: isize, c: usize, cm: isize, cp: isize,
  m: isize, k: isize, p: isize,
): void {
  const size: isize = sizeof<T>(), columns = WIDTH / size;
  let done: isize = 0;
  do { // once for k = 0 too, which gives zeros
    const depth = min(DEPTH, k - done);
    for (let j: isize = 0; j < p; j += columns) {
      const width = min(columns, p - j);
      let from = b + done * bk + j * bp, step = bk;
      if (m > 8 || width < columns || bp != size) { // else packing would cost more than it saves
        pack<T>(from, bk, bp, depth, width);
        from = panel; step = WIDTH;
      }
      strip<T>(a + done * ak, am, ak, from, step, c + j * cp, cm, cp, m, depth, width, done > 0);
    }
    done += DEPTH;
  } while (done < k);
}

// One panel's columns of the product, four rows at a time.
function strip<T>(
  a: usize, am: isize, ak: isize, b: usize, bk: isize, c: usize, cm: isize, cp: isize,
  m: isize, k: isize, width: isize, more: bool,
): void {
  const size: isize = sizeof<T>(), columns = WIDTH / size, spare = panel + DEPTH * WIDTH;
  for (; m > 0; m -= 4, a += 4 * am, c += 4 * cm) {
    // Rows that are not there are the last one again, and are not stored.
    const a1 = m > 1 ? a + am : a, a2 = m > 2 ? a1 + am : a1, a3 = m > 3 ? a2 + am : a2;
    if (m > 3 && width == columns && cp == size) {
      tile<T>(a, a1, a2, a3, ak, b, bk, k, c, cm, more);
      continue;
    }
    tile<T>(a, a1, a2, a3, ak, b, bk, k, spare, WIDTH, false);
    for (let r: isize = 0; r < min<isize>(4, m); r++) {
      for (let q: isize = 0; q < width; q++) {
        const to = c + r * cm + q * cp, x = load<T>(spare + r * WIDTH + q * size);
        store<T>(to, more ? load<T>(to) + x : x);
      }
    }
  }
}

function tile<T>(
  a0: usize, a1: usize, a2: usize, a3: usize, ak: isize, b: usize, bk: isize, k: isize,
  c: usize, cm: isize, more: bool,
): void {
  let c00 = v128.splat<T>(<T>0), c01 = c00, c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, VECTOR);
    const x0 = v128.load_splat<T>(a0);
    c00 = mad<T>(x0, b0, c00);
    c01 = mad<T>(x0, b1, c01);
    const x1 = v128.load_splat<T>(a1);
    c10 = mad<T>(x1, b0, c10);
    c11 = mad<T>(x1, b1, c11);
    const x2 = v128.load_splat<T>(a2);
    c20 = mad<T>(x2, b0, c20);
    c21 = mad<T>(x2, b1, c21);
    const x3 = v128.load_splat<T>(a3);
    c30 = mad<T>(x3, b0, c30);
    c31 = mad<T>(x3, b1, c31);
    a0 += ak; a1 += ak; a2 += ak; a3 += ak; b += bk;
  }
  put<T>(c, c00, c01, more); c += cm;
  put<T>(c, c10, c11, more); c += cm;
  put<T>(c, c20, c21, more); c += cm;
  put<T>(c, c30, c31, more);
}

// @ts-ignore: decorator
@inline
function put<T>(c: usize, x: v128, y: v128, more: bool): void {
  v128.store(c, more ? v128.add<T>(x, v128.load(c)) : x);
  v128.store(c, more ? v128.add<T>(y, v128.load(c, VECTOR)) : y, VECTOR);
}

// The panel: `width` columns of the right matrix, and zeros for those that a full tile has beside them.
function pack<T>(b: usize, bk: isize, bp: isize, k: isize, width: isize): void {
  const size: isize = sizeof<T>(), columns = WIDTH / size, lanes = VECTOR / size;
  let to = panel, i: isize = 0;
  if (bp == size && width == columns) {
    for (; i < k; i++, b += bk, to += WIDTH) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, VECTOR), VECTOR);
    }
  } else if (bk == size && width == columns) { // a transposed matrix: turn squares of a vector's size
    for (; i + lanes <= k; i += lanes, b += VECTOR, to += lanes * WIDTH) {
      turn<T>(b, bp, to);
      turn<T>(b + lanes * bp, bp, to + VECTOR);
    }
  }
  for (; i < k; i++, b += bk, to += WIDTH) {
    for (let j: isize = 0; j < columns; j++) {
      store<T>(to + j * size, j < width ? load<T>(b + j * bp) : <T>0);
    }
  }
}

function turn<T>(b: usize, bp: isize, to: usize): void {
  if (sizeof<T>() == 8) {
    const x = v128.load(b), y = v128.load(b + bp);
    v128.store(to, v128.shuffle<f64>(x, y, 0, 2));
    v128.store(to + WIDTH, v128.shuffle<f64>(x, y, 1, 3));
  } else {
    const w = v128.load(b), x = v128.load(b + bp), y = v128.load(b + 2 * bp), z = v128.load(b + 3 * bp);
    const wx0 = v128.shuffle<f32>(w, x, 0, 4, 1, 5), wx1 = v128.shuffle<f32>(w, x, 2, 6, 3, 7);
    const yz0 = v128.shuffle<f32>(y, z, 0, 4, 1, 5), yz1 = v128.shuffle<f32>(y, z, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(wx0, yz0, 0, 2));
    v128.store(to + WIDTH, v128.shuffle<f64>(wx0, yz0, 1, 3));
    v128.store(to + 2 * WIDTH, v128.shuffle<f64>(wx1, yz1, 0, 2));
    v128.store(to + 3 * WIDTH, v128.shuffle<f64>(wx1, yz1, 1, 3));
  }
}

// Fewer than 4 rows: not worth a packed panel.
function rows<T>(
  a: usize, am: isize, ak: isize, b: usize, bk: isize, bp: isize, c: usize, cm: isize, cp: isize,
  m: isize, k: isize, p: isize,
): void {
  const size: isize = sizeof<T>(), four = 4 * VECTOR / size;
  for (; m > 0; m--, a += am, c += cm) {
    let j: isize = 0;
    if (bp == size && cp == size) {
      for (; j + four <= p; j += four) combination<T>(a, ak, b + j * size, bk, k, c + j * size);
    } else if (bk == size && ak == size) {
      for (; j + 4 <= p; j += 4) fourDots<T>(a, b + j * bp, bp, k, c + j * cp, cp);
    }
    for (; j < p; j++) store<T>(c + j * cp, dot<T>(a, ak, b + j * bp, bk, k));
  }
}

// Four vectors of Σ a_i b_i, where b_i is a row.
function combination<T>(a: usize, ak: isize, b: usize, bk: isize, k: isize, c: usize): void {
  let c0 = v128.splat<T>(<T>0), c1 = c0, c2 = c0, c3 = c0;
  for (; k > 0; k--, a += ak, b += bk) {
    const x = v128.load_splat<T>(a);
    c0 = mad<T>(x, v128.load(b), c0);
    c1 = mad<T>(x, v128.load(b, VECTOR), c1);
    c2 = mad<T>(x, v128.load(b, 2 * VECTOR), c2);
    c3 = mad<T>(x, v128.load(b, 3 * VECTOR), c3);
  }
  v128.store(c, c0);
  v128.store(c, c1, VECTOR);
  v128.store(c, c2, 2 * VECTOR);
  v128.store(c, c3, 3 * VECTOR);
}

// One row with four columns, all of them without gaps.
function fourDots<T>(a: usize, b: usize, bp: isize, k: isize, c: usize, cp: isize): void {
  const size: isize = sizeof<T>(), lanes = VECTOR / size;
  let b1 = b + bp, b2 = b1 + bp, b3 = b2 + bp;
  let c0 = v128.splat<T>(<T>0), c1 = c0, c2 = c0, c3 = c0;
  for (; k >= lanes; k -= lanes, a += VECTOR, b += VECTOR, b1 += VECTOR, b2 += VECTOR, b3 += VECTOR) {
    const x = v128.load(a);
    c0 = mad<T>(x, v128.load(b), c0);
    c1 = mad<T>(x, v128.load(b1), c1);
    c2 = mad<T>(x, v128.load(b2), c2);
    c3 = mad<T>(x, v128.load(b3), c3);
  }
  let s0 = total<T>(c0), s1 = total<T>(c1), s2 = total<T>(c2), s3 = total<T>(c3);
  for (; k > 0; k--, a += size, b += size, b1 += size, b2 += size, b3 += size) {
    const x = load<T>(a);
    s0 += x * load<T>(b); s1 += x * load<T>(b1); s2 += x * load<T>(b2); s3 += x * load<T>(b3);
  }
  store<T>(c, s0); store<T>(c + cp, s1); store<T>(c + 2 * cp, s2); store<T>(c + 3 * cp, s3);
}

function vecdot<T>(args: usize, dims: usize, steps: usize): void {
  let a = load<usize>(args), b = load<usize>(args, WORD), c = load<usize>(args, 2 * WORD);
  const as = load<isize>(steps, 3 * WORD), bs = load<isize>(steps, 4 * WORD);
  for (let n = load<isize>(dims); n > 0; n--) {
    store<T>(c, dot<T>(a, as, b, bs, load<isize>(dims, WORD)));
    a += load<isize>(steps); b += load<isize>(steps, WORD); c += load<isize>(steps, 2 * WORD);
  }
}

function dot<T>(a: usize, as: isize, b: usize, bs: isize, n: isize): T {
  const size: isize = sizeof<T>(), four = 4 * VECTOR / size;
  let c0 = v128.splat<T>(<T>0), c1 = c0, c2 = c0, c3 = c0;
  if (as == size && bs == size) {
    for (; n >= four; n -= four, a += 4 * VECTOR, b += 4 * VECTOR) {
      c0 = mad<T>(v128.load(a), v128.load(b), c0);
      c1 = mad<T>(v128.load(a, VECTOR), v128.load(b, VECTOR), c1);
      c2 = mad<T>(v128.load(a, 2 * VECTOR), v128.load(b, 2 * VECTOR), c2);
      c3 = mad<T>(v128.load(a, 3 * VECTOR), v128.load(b, 3 * VECTOR), c3);
    }
  }
  let sum = total<T>(v128.add<T>(v128.add<T>(c0, c1), v128.add<T>(c2, c3)));
  for (; n > 0; n--, a += as, b += bs) sum += load<T>(a) * load<T>(b);
  return sum;
}
