/** What is computed (a Program: plain TensorFlow.js) apart from where (a Runner: traced to ONNX, or a tfjs backend). */

import type { Tensor } from "./tf.ts";

export type TensorMap = Readonly<Record<string, Tensor>>;

export interface InputSpec {
  shape: readonly number[];
  type: "float32" | "int32";
}

/** A pure function from named tensors of fixed shapes to named float32 tensors. */
export interface Program {
  /** Two programs with one key are the same graph: it is traced and compiled once. */
  key: string;
  inputs: Readonly<Record<string, InputSpec>>;
  build(inputs: TensorMap): Record<string, Tensor>;
}

/** Row-major values on the host; the shape is that of the program's input. */
export type HostData = Float32Array | Int32Array;

/** A matrix or vector that never changes while the runner lives, shared by every program. */
export interface Constant {
  shape: readonly number[];
  data: Float32Array;
}

export interface Runner {
  /** Device and threads, e.g. `tfjs→onnx cpu (2 threads)`. */
  readonly description: string;
  /** Inputs are taken from `feeds`, else from the constants the runner was made with. Outputs are copies. */
  run(program: Program, feeds: Readonly<Record<string, HostData>>): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}
