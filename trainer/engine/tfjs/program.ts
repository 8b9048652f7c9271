/** What is computed (a Program: plain TensorFlow.js) apart from where (a Runner: traced to ONNX, or a tfjs backend). */

import type { Tensor } from "./tf.ts";

export type TensorMap = Readonly<Record<string, Tensor>>;

export interface InputSpec {
  shape: readonly number[];
  /** int8 are the values of quantised weights: constants, which only the traced programs read. */
  type: "float32" | "int32" | "int8";
}

/** A pure function from named tensors of fixed shapes to named float32 tensors. */
export interface Program {
  /** Two programs with one key are the same graph: it is traced and compiled once. */
  key: string;
  inputs: Readonly<Record<string, InputSpec>>;
  /** Inputs that are known only after the outputs that do not depend on them were read. */
  late?: readonly string[];
  build(inputs: TensorMap): Record<string, Tensor>;
}

/** Row-major values on the host; the shape is that of the program's input. */
export type HostData = Float32Array | Int32Array;

/** A matrix or vector that never changes while the runner lives, shared by every program. */
export interface Constant {
  type: "float32" | "int8";
  shape: readonly number[];
  data: Float32Array | Int8Array;
}

export type Feeds = Readonly<Record<string, HostData>>;
export type Results = Record<string, Float32Array>;

/** A program run as far as it goes without its late inputs. Must be finished or abandoned. */
export interface Started {
  /** The outputs that do not depend on late inputs. */
  results: Results;
  /** The other outputs. */
  finish(late: Feeds): Promise<Results>;
  abandon(): Promise<void>;
}

export interface Runner {
  /** Device and threads, e.g. `tfjs→onnx cpu (2 threads)`. */
  readonly description: string;
  /** Inputs are taken from `feeds`, else from the constants the runner was made with. Outputs are the caller's. */
  run(program: Program, feeds: Feeds): Promise<Results>;
  /** Absent where intermediate values cannot be kept between two runs. */
  start?(program: Program, feeds: Feeds): Promise<Started>;
  close(): Promise<void>;
}
