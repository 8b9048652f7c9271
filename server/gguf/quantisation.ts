/** Number formats of tensors: F32, F16, BF16 and Q8_0 to and from 32-bit floats. */

import { type FloatType, GgufError } from "./format.ts";

/** Values in one Q8_0 block, which share one F16 scale. */
const Q8_BLOCK = 32;
const Q8_BLOCK_BYTES = 34;

const scratch = new DataView(new ArrayBuffer(4));

/** Nearest half-precision number, ties to even; returns its 16 bits. Too large becomes infinity. */
export function floatToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
  const halfExponent = exponent - 112;
  if (halfExponent >= 31) return sign | 0x7c00;
  // Subnormal halves keep the implicit leading bit and lose as many low bits as the exponent is too small.
  const drop = halfExponent > 0 ? 13 : 14 - halfExponent;
  if (drop > 24) return sign;
  const significand = halfExponent > 0 ? (halfExponent << 23) | mantissa : mantissa | 0x800000;
  const kept = significand >>> drop;
  const rest = significand & (2 ** drop - 1);
  const tie = 2 ** (drop - 1);
  return sign | (kept + (rest > tie || (rest === tie && kept & 1) ? 1 : 0));
}

/** Value of the half-precision number with these 16 bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

let halves: Float32Array | undefined;
/** All 65,536 halves: reading a model through the table is several times faster than through the arithmetic. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToFloat(bits));
  return halves;
}

/** Values of a tensor's bytes, [elements]. `bytes` must be exactly as long as `elements` values of `type` take. */
export function decodeTensor(type: FloatType, bytes: Uint8Array, elements: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(elements);
  switch (type) {
    case "F32":
      new Uint8Array(out.buffer).set(bytes);
      return out;
    case "F16": {
      const table = halfTable();
      for (let i = 0; i < elements; i++) out[i] = table[view.getUint16(2 * i, true)]!;
      return out;
    }
    case "BF16": {
      const words = new Uint32Array(out.buffer);
      for (let i = 0; i < elements; i++) words[i] = view.getUint16(2 * i, true) << 16;
      return out;
    }
    case "Q8_0":
      for (let block = 0; block * Q8_BLOCK < elements; block++) {
        const at = block * Q8_BLOCK_BYTES;
        const scale = halfTable()[view.getUint16(at, true)]!;
        for (let i = 0; i < Q8_BLOCK; i++) out[block * Q8_BLOCK + i] = scale * view.getInt8(at + 2 + i);
      }
      return out;
  }
}

/** Bytes of `values` in the given type. Q8_0 needs whole blocks: the caller's rows must be multiples of 32. */
export function encodeTensor(type: FloatType, values: Float32Array): Uint8Array {
  switch (type) {
    case "F32":
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    case "F16": {
      const out = new Uint16Array(values.length);
      for (let i = 0; i < values.length; i++) out[i] = floatToHalf(values[i]!);
      return new Uint8Array(out.buffer);
    }
    case "BF16": {
      const out = new Uint16Array(values.length);
      const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
      for (let i = 0; i < values.length; i++) {
        const word = words[i]!;
        out[i] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
      }
      return new Uint8Array(out.buffer);
    }
    case "Q8_0":
      return encodeQ8(values);
  }
}

function encodeQ8(values: Float32Array): Uint8Array {
  if (values.length % Q8_BLOCK !== 0) {
    throw new GgufError(
      "BAD_SHAPE",
      `Q8_0 stores blocks of ${Q8_BLOCK} values, but the tensor has ${values.length}; write it as F16 or F32.`,
    );
  }
  const out = new Uint8Array((values.length / Q8_BLOCK) * Q8_BLOCK_BYTES);
  const view = new DataView(out.buffer);
  for (let block = 0; block * Q8_BLOCK < values.length; block++) {
    const from = block * Q8_BLOCK;
    let largest = 0;
    for (let i = 0; i < Q8_BLOCK; i++) largest = Math.max(largest, Math.abs(values[from + i]!));
    const scale = largest / 127;
    view.setUint16(block * Q8_BLOCK_BYTES, floatToHalf(scale), true);
    for (let i = 0; i < Q8_BLOCK; i++) {
      const level = scale === 0 ? 0 : Math.round(values[from + i]! / scale);
      view.setInt8(block * Q8_BLOCK_BYTES + 2 + i, Math.max(-127, Math.min(127, level)));
    }
  }
  return out;
}

/** Index of the first value that is infinite or not a number, or -1; looks at the bits, so nothing is decoded. */
export function firstNotFinite(type: FloatType, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [stride, mask, read]: [number, number, (at: number) => number] = {
    F32: [4, 0x7f800000, (at: number) => view.getUint32(at, true)] as [number, number, (at: number) => number],
    F16: [2, 0x7c00, (at: number) => view.getUint16(at, true)] as [number, number, (at: number) => number],
    BF16: [2, 0x7f80, (at: number) => view.getUint16(at, true)] as [number, number, (at: number) => number],
    Q8_0: [Q8_BLOCK_BYTES, 0x7c00, (at: number) => view.getUint16(at, true)] as [
      number,
      number,
      (at: number) => number,
    ],
  }[type];
  for (let at = 0, index = 0; at + 2 <= bytes.byteLength; at += stride, index++) {
    if ((read(at) & mask) === mask) return type === "Q8_0" ? index * Q8_BLOCK : index;
  }
  return -1;
}
