// Number formats: every half survives the round trip, rounding is to nearest even, blocks keep their scale.
import { expect, test } from "vitest";
import {
  decodeTensor,
  encodeTensor,
  firstNotFinite,
  floatToHalf,
  halfToFloat,
} from "../../../server/gguf/quantisation.ts";

test("every half-precision number survives the way to a float and back", () => {
  const lost = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => {
    const back = floatToHalf(halfToFloat(bits));
    return Number.isNaN(halfToFloat(bits)) ? !Number.isNaN(halfToFloat(back)) : back !== bits;
  });
  expect(lost).toEqual([]);
});

test("floats become the nearest half, ties the even one", () => {
  expect(floatToHalf(1 + 2 ** -11)).toBe(floatToHalf(1));
  expect(floatToHalf(1 + 3 * 2 ** -11)).toBe(floatToHalf(1 + 2 ** -9));
  expect(floatToHalf(1 + 2 ** -11 + 2 ** -20)).toBe(floatToHalf(1 + 2 ** -10));
  expect(halfToFloat(floatToHalf(65_519))).toBe(65_504);
  expect(halfToFloat(floatToHalf(65_520))).toBe(Number.POSITIVE_INFINITY);
  expect(floatToHalf(2 ** -25)).toBe(0);
  expect(floatToHalf(2 ** -25 * 1.001)).toBe(1);
  expect(floatToHalf(-0)).toBe(0x8000);
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround((i - 1000) * 0.0137 * 2 ** ((i % 30) - 20));
    const error = Math.abs(halfToFloat(floatToHalf(value)) - value);
    expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
  }
});

test.each(["F32", "F16", "BF16", "Q8_0"] as const)("%s decodes to what was written, within its precision", (type) => {
  const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i) * (i < 32 ? 1 : 100));
  const decoded = decodeTensor(type, encodeTensor(type, values), values.length);
  const tolerance = { F32: 0, F16: 2 ** -11, BF16: 2 ** -8, Q8_0: 0.005 }[type];
  for (const [i, value] of values.entries()) {
    const scale = type === "Q8_0" ? (i < 32 ? 1 : 100) : Math.abs(value);
    expect(Math.abs(decoded[i]! - value)).toBeLessThanOrEqual(tolerance * scale);
  }
  expect([...encodeTensor(type, decoded)]).toEqual([
    ...encodeTensor(type, decodeTensor(type, encodeTensor(type, decoded), 64)),
  ]);
});

test("an all-zero block stays zero", () => {
  expect([...decodeTensor("Q8_0", encodeTensor("Q8_0", new Float32Array(32)), 32)]).toEqual(Array(32).fill(0));
});

test("a tensor that does not fill its blocks is refused", () => {
  expect(() => encodeTensor("Q8_0", new Float32Array(33))).toThrow(/blocks of 32/);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%s is found where it is", (bad) => {
  for (const type of ["F32", "F16", "BF16"] as const) {
    const values = new Float32Array(40);
    expect(firstNotFinite(type, encodeTensor(type, values))).toBe(-1);
    values[37] = bad;
    expect(firstNotFinite(type, encodeTensor(type, values))).toBe(37);
  }
  const block = encodeTensor("Q8_0", new Float32Array(96).fill(1));
  block[34 * 2 + 1] = 0x7c; // the third block's scale becomes infinite
  expect(firstNotFinite("Q8_0", block)).toBe(64);
});
