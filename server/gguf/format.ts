/** The GGUF file format's numbers: value types, tensor types with their block sizes, and the error every reader throws. */

/** Why a file of weights was refused. Stable: tests and the user interface rely on them. */
export type GgufErrorCode =
  | "FILE_UNREADABLE"
  | "NOT_GGUF"
  | "BAD_VERSION"
  | "TRUNCATED"
  | "BAD_METADATA"
  | "BAD_TENSOR"
  | "UNSUPPORTED_TYPE"
  | "UNSUPPORTED_ARCHITECTURE"
  | "MISSING_KEY"
  | "BAD_SHAPE"
  | "NOT_FINITE"
  | "BASE_MISMATCH"
  | "NOT_TRAINABLE"
  | "BAD_TEMPLATE"
  // Of safetensors and PEFT files.
  | "FILE_MISSING"
  | "BAD_FILE"
  | "NOT_PLAIN_LORA";

/** A file of weights, or what was to be written into one, is not as it must be: expected, found, what to do. */
export class GgufError extends Error {
  override readonly name = "GgufError";
  constructor(
    readonly code: GgufErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Metadata value types by the number that stands in the file. */
export const VALUE_TYPES = [
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "f32",
  "bool",
  "string",
  "array",
  "u64",
  "i64",
  "f64",
] as const;
export type ValueType = (typeof VALUE_TYPES)[number];
export type ScalarType = Exclude<ValueType, "array">;

/** Bytes of a value in the file; for a string the least it can take (its length field). */
export const VALUE_BYTES: Record<ScalarType, number> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  string: 8,
  u64: 8,
  i64: 8,
  f64: 8,
};

export type Scalar = string | number | boolean;
/** A metadata value with the type it has in the file; 64-bit integers beyond 2^53 are refused, so numbers are exact. */
export type MetadataValue =
  | { type: ScalarType; value: Scalar }
  | { type: "array"; elementType: ScalarType; value: readonly Scalar[] };

/** How a tensor type lays out its values: `elements` values in each block of `bytes` bytes. */
export interface TensorLayout {
  name: string;
  elements: number;
  bytes: number;
}

const layout = (name: string, elements: number, bytes: number): TensorLayout => ({ name, elements, bytes });

/** Every tensor type llama.cpp can serve, by the number that stands in the file. Only four of them can be trained on. */
export const TENSOR_TYPES: ReadonlyMap<number, TensorLayout> = new Map([
  [0, layout("F32", 1, 4)],
  [1, layout("F16", 1, 2)],
  [2, layout("Q4_0", 32, 18)],
  [3, layout("Q4_1", 32, 20)],
  [6, layout("Q5_0", 32, 22)],
  [7, layout("Q5_1", 32, 24)],
  [8, layout("Q8_0", 32, 34)],
  [10, layout("Q2_K", 256, 84)],
  [11, layout("Q3_K", 256, 110)],
  [12, layout("Q4_K", 256, 144)],
  [13, layout("Q5_K", 256, 176)],
  [14, layout("Q6_K", 256, 210)],
  [16, layout("IQ2_XXS", 256, 66)],
  [17, layout("IQ2_XS", 256, 74)],
  [18, layout("IQ3_XXS", 256, 98)],
  [19, layout("IQ1_S", 256, 50)],
  [20, layout("IQ4_NL", 32, 18)],
  [21, layout("IQ3_S", 256, 110)],
  [22, layout("IQ2_S", 256, 82)],
  [23, layout("IQ4_XS", 256, 136)],
  [29, layout("IQ1_M", 256, 56)],
  [30, layout("BF16", 1, 2)],
  [34, layout("TQ1_0", 256, 54)],
  [35, layout("TQ2_0", 256, 66)],
  [39, layout("MXFP4", 32, 17)],
]);

/** Tensor types whose values we can read and write exactly. */
export const FLOAT_TYPES = ["F32", "F16", "BF16", "Q8_0"] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

/** The number of a tensor type in the file. */
export const TENSOR_TYPE_ID: Record<FloatType, number> = { F32: 0, F16: 1, BF16: 30, Q8_0: 8 };

/** Bounds far above any real file, so that a corrupt count is refused before it costs memory or time. */
export const LIMITS = {
  metadataEntries: 65_536,
  tensors: 65_536,
  keyBytes: 65_535,
  /** A chat template is kilobytes; llama.cpp itself has no bound. */
  stringBytes: 16 * 1024 * 1024,
  arrayElements: 4 * 1024 * 1024,
  /** ggml keeps names in 64 bytes, the last being 0. */
  tensorNameBytes: 63,
  dimensions: 4,
  alignment: 65_536,
} as const;

export const DEFAULT_ALIGNMENT = 32;
