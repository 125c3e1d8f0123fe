/**
 * Makes a function from a frame of `size` samples (a power of 2) to the power of its first `bins` frequencies, after a
 * Hann window. The answer is overwritten by the next call.
 */
export function createPowerSpectrum(size: number, bins: number): (frame: Float32Array) => Float64Array {
  const half = size / 2;
  const window = Float64Array.from({ length: size }, (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * k) / (size - 1)));
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const reversed = reverseBits(half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const power = new Float64Array(bins);
  return (frame) => {
    // Even samples are the real parts, odd ones the imaginary: one transform of half the size.
    for (let k = 0; k < half; k++) {
      const to = reversed[k]!;
      re[to] = frame[2 * k]! * window[2 * k]!;
      im[to] = frame[2 * k + 1]! * window[2 * k + 1]!;
    }
    transform(re, im, cos, sin);
    for (let k = 0; k < bins; k++) {
      const mirror = (half - k) % half;
      const evenRe = (re[k]! + re[mirror]!) / 2;
      const evenIm = (im[k]! - im[mirror]!) / 2;
      const oddRe = (im[k]! + im[mirror]!) / 2;
      const oddIm = (re[mirror]! - re[k]!) / 2;
      const real = evenRe + cos[k]! * oddRe + sin[k]! * oddIm;
      const imaginary = evenIm + cos[k]! * oddIm - sin[k]! * oddRe;
      power[k] = real * real + imaginary * imaginary;
    }
    return power;
  };
}

/** Cooley and Tukey, in place, of values that stand in bit-reversed order; `cos` and `sin` are of twice their number. */
function transform(re: Float64Array, im: Float64Array, cos: Float64Array, sin: Float64Array): void {
  const size = re.length;
  for (let span = 1; span < size; span *= 2) {
    const step = size / span;
    for (let start = 0; start < size; start += 2 * span) {
      for (let k = 0; k < span; k++) {
        const c = cos[k * step]!;
        const s = sin[k * step]!;
        const i = start + k;
        const j = i + span;
        const x = re[j]! * c + im[j]! * s;
        const y = im[j]! * c - re[j]! * s;
        re[j] = re[i]! - x;
        im[j] = im[i]! - y;
        re[i] = re[i]! + x;
        im[i] = im[i]! + y;
      }
    }
  }
}

function reverseBits(size: number): Uint32Array {
  const bits = Math.log2(size);
  return Uint32Array.from({ length: size }, (_, value) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed |= ((value >>> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
}
