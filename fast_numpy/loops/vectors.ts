// What the loops of products.ts and entries.ts share.

export const VECTOR: isize = 16; // bytes
export const WORD: usize = 4; // bytes of an address

// The sum of a vector's entries.
// @ts-ignore: decorator
@inline
export function total<T>(x: v128): T {
  if (sizeof<T>() == 8) return <T>(f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1));
  return <T>((f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1))
    + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)));
}
