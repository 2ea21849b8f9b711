// Loops entry by entry, as NumPy calls those of its ufuncs
// (https://numpy.org/doc/stable/reference/c-api/ufunc.html#c.PyUFuncGenericFunction): `args` has the
// operands' addresses, `dims` the number of entries, `steps` the bytes from one entry to the next.
// T is f32 or f64. A lone entry of a function goes through the same vector code, so that a value
// never depends on where in an array it stood.
//
// `op` is a constant of every exported loop, so the compiler keeps one branch of each choice.

import { exp32, exp64, log32, log64, tanh32, tanh64 } from "./functions";
import { total, VECTOR, WORD } from "./vectors";

const EXP = 0, LOG = 1, TANH = 2, SQRT = 3, NEGATIVE = 4, ABSOLUTE = 5, SQUARE = 6;
const ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MAXIMUM = 4, MINIMUM = 5;
const GREATER = 0, GREATER_EQUAL = 1, LESS = 2, LESS_EQUAL = 3, ISFINITE = 4, ISNAN = 5;

export function exp_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(EXP, a, n, s); }
export function exp_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(EXP, a, n, s); }
export function log_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(LOG, a, n, s); }
export function log_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(LOG, a, n, s); }
export function tanh_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(TANH, a, n, s); }
export function tanh_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(TANH, a, n, s); }
export function sqrt_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(SQRT, a, n, s); }
export function sqrt_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(SQRT, a, n, s); }
export function negative_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(NEGATIVE, a, n, s); }
export function negative_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(NEGATIVE, a, n, s); }
export function absolute_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(ABSOLUTE, a, n, s); }
export function absolute_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(ABSOLUTE, a, n, s); }
export function square_f32(a: usize, n: usize, s: usize, x: usize): void { unary<f32>(SQUARE, a, n, s); }
export function square_f64(a: usize, n: usize, s: usize, x: usize): void { unary<f64>(SQUARE, a, n, s); }

export function add_f32(a: usize, n: usize, s: usize, x: usize): void { binary<f32>(ADD, a, n, s); }
export function add_f64(a: usize, n: usize, s: usize, x: usize): void { binary<f64>(ADD, a, n, s); }
export function subtract_f32(a: usize, n: usize, s: usize, x: usize): void { binary<f32>(SUBTRACT, a, n, s); }
export function subtract_f64(a: usize, n: usize, s: usize, x: usize): void { binary<f64>(SUBTRACT, a, n, s); }
export function multiply_f32(a: usize, n: usize, s: usize, x: usize): void { binary<f32>(MULTIPLY, a, n, s); }
export function multiply_f64(a: usize, n: usize, s: usize, x: usize): void { binary<f64>(MULTIPLY, a, n, s); }
export function divide_f32(a: usize, n: usize, s: usize, x: usize): void { binary<f32>(DIVIDE, a, n, s); }
export function divide_f64(a: usize, n: usize, s: usize, x: usize): void { binary<f64>(DIVIDE, a, n, s); }
export function maximum_f32(a: usize, n: usize, s: usize, x: usize): void { binary<f32>(MAXIMUM, a, n, s); }
export function maximum_f64(a: usize, n: usize, s: usize, x: usize): void { binary<f64>(MAXIMUM, a, n, s); }
export function minimum_f32(a: usize, n: usize, s: usize, x: usize): void { binary<f32>(MINIMUM, a, n, s); }
export function minimum_f64(a: usize, n: usize, s: usize, x: usize): void { binary<f64>(MINIMUM, a, n, s); }

export function greater_f32(a: usize, n: usize, s: usize, x: usize): void { compare<f32>(GREATER, a, n, s); }
export function greater_f64(a: usize, n: usize, s: usize, x: usize): void { compare<f64>(GREATER, a, n, s); }
export function greater_equal_f32(a: usize, n: usize, s: usize, x: usize): void { compare<f32>(GREATER_EQUAL, a, n, s); }
export function greater_equal_f64(a: usize, n: usize, s: usize, x: usize): void { compare<f64>(GREATER_EQUAL, a, n, s); }
export function less_f32(a: usize, n: usize, s: usize, x: usize): void { compare<f32>(LESS, a, n, s); }
export function less_f64(a: usize, n: usize, s: usize, x: usize): void { compare<f64>(LESS, a, n, s); }
export function less_equal_f32(a: usize, n: usize, s: usize, x: usize): void { compare<f32>(LESS_EQUAL, a, n, s); }
export function less_equal_f64(a: usize, n: usize, s: usize, x: usize): void { compare<f64>(LESS_EQUAL, a, n, s); }
export function isfinite_f32(a: usize, n: usize, s: usize, x: usize): void { ask<f32>(ISFINITE, a, n, s); }
export function isfinite_f64(a: usize, n: usize, s: usize, x: usize): void { ask<f64>(ISFINITE, a, n, s); }
export function isnan_f32(a: usize, n: usize, s: usize, x: usize): void { ask<f32>(ISNAN, a, n, s); }
export function isnan_f64(a: usize, n: usize, s: usize, x: usize): void { ask<f64>(ISNAN, a, n, s); }

// Can a vector be written at `to` before the entries behind it are read at `from`? NumPy lets an
// output be an input that has the same entries; in np.add.accumulate it is the next entry's input.
// @ts-ignore: decorator
@inline
function apart(from: usize, step: isize, to: usize, size: isize, bytes: isize): bool {
  const gap = <isize>(to - from);
  return (gap == 0 && step == size) || gap >= bytes || gap <= -bytes;
}

// @ts-ignore: decorator
@inline
function unary<T>(op: i32, args: usize, dims: usize, steps: usize): void {
  let a = load<usize>(args), c = load<usize>(args, WORD), n = load<isize>(dims);
  const as = load<isize>(steps), cs = load<isize>(steps, WORD);
  const size: isize = sizeof<T>(), lanes = VECTOR / size;
  if (as == size && cs == size && apart(a, as, c, size, n * size)) {
    for (; n >= lanes; n -= lanes, a += VECTOR, c += VECTOR) v128.store(c, made<T>(op, v128.load(a)));
  }
  for (; n > 0; n--, a += as, c += cs) {
    store<T>(c, v128.extract_lane<T>(made<T>(op, v128.load_splat<T>(a)), 0));
  }
}

// @ts-ignore: decorator
@inline
function made<T>(op: i32, x: v128): v128 {
  if (op == EXP) return sizeof<T>() == 4 ? exp32(x) : exp64(x);
  if (op == LOG) return sizeof<T>() == 4 ? log32(x) : log64(x);
  if (op == TANH) return sizeof<T>() == 4 ? tanh32(x) : tanh64(x);
  if (op == SQRT) return v128.sqrt<T>(x);
  if (op == NEGATIVE) return v128.neg<T>(x);
  if (op == ABSOLUTE) return v128.abs<T>(x);
  return v128.mul<T>(x, x);
}

// @ts-ignore: decorator
@inline
function binary<T>(op: i32, args: usize, dims: usize, steps: usize): void {
  let a = load<usize>(args), b = load<usize>(args, WORD), c = load<usize>(args, 2 * WORD);
  let n = load<isize>(dims);
  const as = load<isize>(steps), bs = load<isize>(steps, WORD), cs = load<isize>(steps, 2 * WORD);
  const size: isize = sizeof<T>(), lanes = VECTOR / size, bytes = n * size;
  if (a == c && as == 0 && cs == 0 && (op == ADD || op == MAXIMUM || op == MINIMUM)) { // ufunc.reduce
    if (op == ADD) store<T>(c, load<T>(c) + sum<T>(b, bs, n));
    else if (n > 0) store<T>(c, largest<T>(op, load<T>(c), b, bs, n));
    return;
  }
  if (cs == size && apart(a, as, c, size, bytes) && apart(b, bs, c, size, bytes)) {
    if (as == size && bs == size) {
      for (; n >= lanes; n -= lanes, a += VECTOR, b += VECTOR, c += VECTOR) {
        v128.store(c, both<T>(op, v128.load(a), v128.load(b)));
      }
    } else if (as == size && bs == 0) {
      const y = v128.load_splat<T>(b);
      for (; n >= lanes; n -= lanes, a += VECTOR, c += VECTOR) v128.store(c, both<T>(op, v128.load(a), y));
    } else if (as == 0 && bs == size) {
      const x = v128.load_splat<T>(a);
      for (; n >= lanes; n -= lanes, b += VECTOR, c += VECTOR) v128.store(c, both<T>(op, x, v128.load(b)));
    }
  }
  for (; n > 0; n--, a += as, b += bs, c += cs) store<T>(c, lone<T>(op, load<T>(a), load<T>(b)));
}

// @ts-ignore: decorator
@inline
function both<T>(op: i32, x: v128, y: v128): v128 {
  if (op == ADD) return v128.add<T>(x, y);
  if (op == SUBTRACT) return v128.sub<T>(x, y);
  if (op == MULTIPLY) return v128.mul<T>(x, y);
  if (op == DIVIDE) return v128.div<T>(x, y);
  const first = op == MAXIMUM ? v128.ge<T>(x, y) : v128.le<T>(x, y);
  return v128.bitselect(x, y, v128.or(first, v128.ne<T>(x, x)));
}

// @ts-ignore: decorator
@inline
function lone<T>(op: i32, x: T, y: T): T {
  if (op == ADD) return <T>(x + y);
  if (op == SUBTRACT) return <T>(x - y);
  if (op == MULTIPLY) return <T>(x * y);
  if (op == DIVIDE) return <T>(x / y);
  // Of 0 and -0 the first, as NumPy has it, and NaN whichever of the two is NaN.
  return (op == MAXIMUM ? x >= y : x <= y) || x != x ? x : y;
}

// Half and half, as NumPy's own: the error grows with log n.
function sum<T>(a: usize, as: isize, n: isize): T {
  const size: isize = sizeof<T>(), four = 4 * VECTOR / size;
  if (n > 256) {
    const half = (n / 2) & ~7;
    return sum<T>(a, as, half) + sum<T>(a + half * as, as, n - half);
  }
  let s = <T>-0.0;
  if (as == size && n >= four) {
    let c0 = v128.load(a), c1 = v128.load(a, VECTOR);
    let c2 = v128.load(a, 2 * VECTOR), c3 = v128.load(a, 3 * VECTOR);
    for (a += 4 * VECTOR, n -= four; n >= four; n -= four, a += 4 * VECTOR) {
      c0 = v128.add<T>(c0, v128.load(a));
      c1 = v128.add<T>(c1, v128.load(a, VECTOR));
      c2 = v128.add<T>(c2, v128.load(a, 2 * VECTOR));
      c3 = v128.add<T>(c3, v128.load(a, 3 * VECTOR));
    }
    s = total<T>(v128.add<T>(v128.add<T>(c0, c1), v128.add<T>(c2, c3)));
  }
  for (; n > 0; n--, a += as) s += load<T>(a);
  return s;
}

// The largest of s and n entries, or the smallest.
// @ts-ignore: decorator
@inline
function largest<T>(op: i32, s: T, a: usize, as: isize, n: isize): T {
  const size: isize = sizeof<T>(), lanes = VECTOR / size;
  if (as == size && n >= 2 * lanes) {
    let c0 = v128.splat<T>(s), c1 = c0;
    for (; n >= 2 * lanes; n -= 2 * lanes, a += 2 * VECTOR) {
      c0 = both<T>(op, c0, v128.load(a));
      c1 = both<T>(op, c1, v128.load(a, VECTOR));
    }
    c0 = both<T>(op, c0, c1);
    s = lone<T>(op, v128.extract_lane<T>(c0, 0), v128.extract_lane<T>(c0, 1));
    if (sizeof<T>() == 4) {
      s = lone<T>(op, s, <T>f32x4.extract_lane(c0, 2));
      s = lone<T>(op, s, <T>f32x4.extract_lane(c0, 3));
    }
  }
  for (; n > 0; n--, a += as) s = lone<T>(op, s, load<T>(a));
  return s;
}

// @ts-ignore: decorator
@inline
function compare<T>(op: i32, args: usize, dims: usize, steps: usize): void {
  let a = load<usize>(args), b = load<usize>(args, WORD), c = load<usize>(args, 2 * WORD);
  let n = load<isize>(dims);
  const as = load<isize>(steps), bs = load<isize>(steps, WORD), cs = load<isize>(steps, 2 * WORD);
  const size: isize = sizeof<T>(), bytes = n * size;
  const plain = (as == size || as == 0) && (bs == size || bs == 0) && cs == 1;
  // An output of one byte an entry is never the input's own place.
  if (plain && apart(a, 0, c, size, bytes) && apart(b, 0, c, size, bytes)) {
    for (; n >= 16; n -= 16, a += 16 * as, b += 16 * bs, c += VECTOR) {
      v128.store(c, bytes16(
        verdicts<T>(op, a, as, b, bs), verdicts<T>(op, a + 4 * as, as, b + 4 * bs, bs),
        verdicts<T>(op, a + 8 * as, as, b + 8 * bs, bs), verdicts<T>(op, a + 12 * as, as, b + 12 * bs, bs)));
    }
  }
  for (; n > 0; n--, a += as, b += bs, c += cs) {
    store<u8>(c, u8(v128.any_true(verdict<T>(op, v128.load_splat<T>(a), v128.load_splat<T>(b)))));
  }
}

// @ts-ignore: decorator
@inline
function ask<T>(op: i32, args: usize, dims: usize, steps: usize): void {
  let a = load<usize>(args), c = load<usize>(args, WORD), n = load<isize>(dims);
  const as = load<isize>(steps), cs = load<isize>(steps, WORD), size: isize = sizeof<T>();
  if (as == size && cs == 1 && apart(a, 0, c, size, n * size)) {
    for (; n >= 16; n -= 16, a += 16 * as, c += VECTOR) {
      v128.store(c, bytes16(
        verdicts<T>(op, a, as, a, as), verdicts<T>(op, a + 4 * as, as, a, as),
        verdicts<T>(op, a + 8 * as, as, a, as), verdicts<T>(op, a + 12 * as, as, a, as)));
    }
  }
  for (; n > 0; n--, a += as, c += cs) {
    const x = v128.load_splat<T>(a);
    store<u8>(c, u8(v128.any_true(verdict<T>(op, x, x))));
  }
}

// True is a lane of ones.
// @ts-ignore: decorator
@inline
function verdict<T>(op: i32, x: v128, y: v128): v128 {
  if (op == GREATER) return v128.gt<T>(x, y);
  if (op == GREATER_EQUAL) return v128.ge<T>(x, y);
  if (op == LESS) return v128.lt<T>(x, y);
  if (op == LESS_EQUAL) return v128.le<T>(x, y);
  if (op == ISNAN) return v128.ne<T>(x, x);
  return v128.lt<T>(v128.abs<T>(x), v128.splat<T>(<T>Infinity));
}

// Of four entries, in lanes of 32 bits.
// @ts-ignore: decorator
@inline
function verdicts<T>(op: i32, a: usize, as: isize, b: usize, bs: isize): v128 {
  const low = verdict<T>(op, four<T>(a, as, 0), four<T>(b, bs, 0));
  if (sizeof<T>() == 4) return low;
  const high = verdict<T>(op, four<T>(a, as, VECTOR), four<T>(b, bs, VECTOR));
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

// A vector of the entries at a, or of the one entry that is all of them.
// @ts-ignore: decorator
@inline
function four<T>(a: usize, as: isize, offset: isize): v128 {
  return as == 0 ? v128.load_splat<T>(a) : v128.load(a + offset);
}

// Ones and zeros, a byte each, of 16 lanes.
// @ts-ignore: decorator
@inline
function bytes16(w: v128, x: v128, y: v128, z: v128): v128 {
  const low = i16x8.narrow_i32x4_s(w, x), high = i16x8.narrow_i32x4_s(y, z);
  return v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1));
}
