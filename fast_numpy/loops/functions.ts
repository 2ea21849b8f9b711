// exp, tanh and log of a vector of 4 f32 or 2 f64. The coefficients of the polynomials are those of
// S. L. Moshier's Cephes Mathematical Library 2.8 (https://www.netlib.org/cephes): expf, tanhf, logf,
// exp, tanh, log.

// @ts-ignore: decorator
@inline
function f(x: f32): v128 { return f32x4.splat(x); }
// @ts-ignore: decorator
@inline
function mad(x: v128, y: v128, z: v128): v128 { return f32x4.add(f32x4.mul(x, y), z); }

// @ts-ignore: decorator
@inline
function g(x: f64): v128 { return f64x2.splat(x); }
// @ts-ignore: decorator
@inline
function madd(x: v128, y: v128, z: v128): v128 { return f64x2.add(f64x2.mul(x, y), z); }

// e^x = 2^n e^r, n the whole number next to x / log 2, log 2 in two parts.
export function exp32(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f(89)), f(-104)); // beyond them are ∞ and 0
  const n = f32x4.nearest(f32x4.mul(x, f(1.44269504088896341)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f(0.693359375))), f32x4.mul(n, f(-2.12194440e-4)));
  let p = mad(f(1.9875691500e-4), r, f(1.3981999507e-3));
  p = mad(p, r, f(8.3334519073e-3));
  p = mad(p, r, f(4.1665795894e-2));
  p = mad(p, r, f(1.6666665459e-1));
  p = mad(p, r, f(5.0000001201e-1));
  p = f32x4.add(mad(p, f32x4.mul(r, r), r), f(1));
  // 2^n in two factors, which reach the subnormal numbers.
  const i = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(i, 1), bias = i32x4.splat(127);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(i, half), bias), 23));
}

export function exp64(x: v128): v128 {
  x = f64x2.max(f64x2.min(x, g(710)), g(-746));
  const n = f64x2.nearest(f64x2.mul(x, g(1.4426950408889634073599)));
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(n, g(6.93145751953125e-1))), f64x2.mul(n, g(1.42860682030941723212e-6)));
  const z = f64x2.mul(r, r);
  let p = madd(g(1.26177193074810590878e-4), z, g(3.02994407707441961300e-2));
  p = f64x2.mul(madd(p, z, g(9.99999999999999999910e-1)), r);
  let q = madd(g(3.00198505138664455042e-6), z, g(2.52448340349684104192e-3));
  q = madd(madd(q, z, g(2.27265548208155028766e-1)), z, g(2));
  p = f64x2.div(p, f64x2.sub(q, p));
  p = f64x2.add(f64x2.add(p, p), g(1));
  const i = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  const half = i64x2.shr_s(i, 1), bias = i64x2.splat(1023);
  p = f64x2.mul(p, i64x2.shl(i64x2.add(half, bias), 52));
  return f64x2.mul(p, i64x2.shl(i64x2.add(i64x2.sub(i, half), bias), 52));
}

// x + x³ P(x²) near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x.
export function tanh32(x: v128): v128 {
  const a = f32x4.abs(x), z = f32x4.mul(x, x);
  let p = mad(f(-5.70498872745e-3), z, f(2.06390887954e-2));
  p = mad(p, z, f(-5.37397155531e-2));
  p = mad(p, z, f(1.33314422036e-1));
  p = mad(p, z, f(-3.33332819422e-1));
  p = mad(f32x4.mul(p, z), x, x);
  const far = f32x4.sub(f(1), f32x4.div(f(2), f32x4.add(exp32(f32x4.add(a, a)), f(1))));
  const found = v128.bitselect(far, p, f32x4.ge(a, f(0.625)));
  return v128.bitselect(x, found, i32x4.splat(0x80000000));
}

export function tanh64(x: v128): v128 {
  const a = f64x2.abs(x), z = f64x2.mul(x, x);
  let p = madd(g(-9.64399179425052238628e-1), z, g(-9.92877231001918586564e1));
  p = madd(p, z, g(-1.61468768441708447952e3));
  let q = madd(f64x2.add(z, g(1.12811678491632931402e2)), z, g(2.23548839060100448583e3));
  q = madd(q, z, g(4.84406305325125486048e3));
  p = madd(f64x2.mul(x, z), f64x2.div(p, q), x);
  const far = f64x2.sub(g(1), f64x2.div(g(2), f64x2.add(exp64(f64x2.add(a, a)), g(1))));
  const found = v128.bitselect(far, p, f64x2.ge(a, g(0.625)));
  return v128.bitselect(x, found, i64x2.splat(0x8000000000000000));
}

// log x = e log 2 + log(1 + m), x = 2^e (1 + m), √½ ≤ 1 + m < √2.
export function log32(x: v128): v128 {
  const tiny = f32x4.lt(x, f(1.17549435e-38)); // subnormal: 2^23 times as large is not
  const y = v128.bitselect(f32x4.mul(x, f(8388608)), x, tiny);
  // Counted from √½: what is carried into the exponent is the choice of e.
  const shifted = i32x4.add(y, i32x4.splat(0x3f800000 - 0x3f3504f3));
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(shifted, 23), i32x4.splat(127)));
  e = f32x4.sub(e, v128.and(tiny, f(23)));
  const bits = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const m = f32x4.sub(bits, f(1)), z = f32x4.mul(m, m);
  let p = mad(f(7.0376836292e-2), m, f(-1.1514610310e-1));
  p = mad(p, m, f(1.1676998740e-1));
  p = mad(p, m, f(-1.2420140846e-1));
  p = mad(p, m, f(1.4249322787e-1));
  p = mad(p, m, f(-1.6668057665e-1));
  p = mad(p, m, f(2.0000714765e-1));
  p = mad(p, m, f(-2.4999993993e-1));
  p = f32x4.mul(f32x4.mul(mad(p, m, f(3.3333331174e-1)), m), z);
  p = mad(e, f(-2.12194440e-4), p);
  p = f32x4.sub(p, f32x4.mul(z, f(0.5)));
  const found = mad(e, f(0.693359375), f32x4.add(m, p));
  return edges32(x, found);
}

// log of 0 is -∞, of ∞ it is ∞, of a negative number and NaN it is NaN.
function edges32(x: v128, found: v128): v128 {
  const zero = f32x4.eq(x, f(0)), good = v128.and(f32x4.gt(x, f(0)), f32x4.lt(x, f(Infinity)));
  const other = v128.bitselect(f(-Infinity), f32x4.add(f32x4.sqrt(x), x), zero);
  return v128.bitselect(found, other, good);
}

export function log64(x: v128): v128 {
  const tiny = f64x2.lt(x, g(2.2250738585072014e-308)); // subnormal: 2^54 times as large is not
  const y = v128.bitselect(f64x2.mul(x, g(18014398509481984)), x, tiny);
  const root = i64x2.splat(0x3fe6a09e667f3bcd);
  const shifted = i64x2.add(y, i64x2.sub(i64x2.splat(0x3ff0000000000000), root));
  const whole = i64x2.sub(i64x2.shr_s(shifted, 52), i64x2.splat(1023));
  let e = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(whole, whole, 0, 2, 0, 2));
  e = f64x2.sub(e, v128.and(tiny, g(54)));
  const bits = i64x2.add(v128.and(shifted, i64x2.splat(0x000fffffffffffff)), root);
  const m = f64x2.sub(bits, g(1)), z = f64x2.mul(m, m);
  let p = madd(g(1.01875663804580931796e-4), m, g(4.97494994976747001425e-1));
  p = madd(p, m, g(4.70579119878881725854e0));
  p = madd(p, m, g(1.44989225341610930846e1));
  p = madd(p, m, g(1.79368678507819816313e1));
  p = madd(p, m, g(7.70838733755885391666e0));
  let q = f64x2.add(m, g(1.12873587189167450590e1));
  q = madd(q, m, g(4.52279145837532221105e1));
  q = madd(q, m, g(8.29875266912776603211e1));
  q = madd(q, m, g(7.11544750618563894466e1));
  q = madd(q, m, g(2.31251620126765340583e1));
  p = f64x2.mul(m, f64x2.mul(z, f64x2.div(p, q)));
  p = madd(e, g(-2.121944400546905827679e-4), p);
  p = f64x2.sub(p, f64x2.mul(z, g(0.5)));
  const found = madd(e, g(0.693359375), f64x2.add(m, p));
  return edges64(x, found);
}

function edges64(x: v128, found: v128): v128 {
  const zero = f64x2.eq(x, g(0)), good = v128.and(f64x2.gt(x, g(0)), f64x2.lt(x, g(Infinity)));
  const other = v128.bitselect(g(-Infinity), f64x2.add(f64x2.sqrt(x), x), zero);
  return v128.bitselect(found, other, good);
}
