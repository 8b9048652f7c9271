/** Runs programs on a plain TensorFlow.js backend, untraced: tfjs-cpu as the reference, tfjs-node-gpu on CUDA. */

import { EngineError } from "../contract.ts";
import type { Constant, Feeds, InputSpec, Program, Results, Runner } from "./program.ts";
import { type Tensor, tf } from "./tf.ts";

export class EagerRunner implements Runner {
  readonly description: string;
  readonly #backend: string;
  /** On the device for as long as the runner lives. */
  readonly #constants: Map<string, Tensor>;

  private constructor(backend: string, constants: ReadonlyMap<string, Constant>) {
    this.description = `tfjs ${backend}`;
    this.#backend = backend;
    this.#constants = new Map([...constants].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
  }

  /** @throws EngineError when TensorFlow.js has no such backend here. */
  static async create(backend: string, constants: ReadonlyMap<string, Constant>): Promise<EagerRunner> {
    if (!tf.findBackendFactory(backend) || !(await tf.setBackend(backend))) {
      throw new EngineError(`TensorFlow.js backend ${backend} could not be started; choose another engine backend.`);
    }
    return new EagerRunner(backend, constants);
  }

  async run(program: Program, feeds: Feeds): Promise<Results> {
    // Another runner of this process may have switched backends since; the switch back is synchronous.
    void tf.setBackend(this.#backend);
    const outputs = tf.tidy(() => program.build(this.#inputs(program, feeds)));
    const named = await Promise.all(
      Object.entries(outputs).map(async ([name, tensor]) => [name, (await tensor.data()) as Float32Array] as const),
    );
    tf.dispose(outputs);
    return Object.fromEntries(named);
  }

  #inputs({ key, inputs }: Program, feeds: Feeds): Record<string, Tensor> {
    const tensorOf = (name: string, { shape, type }: InputSpec): Tensor => {
      const data = feeds[name];
      if (data) return tf.tensor(data, [...shape], type as "float32" | "int32");
      const constant = this.#constants.get(name);
      if (!constant) throw new Error(`program "${key}" needs input ${name}, which was not fed`);
      return constant;
    };
    return Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, tensorOf(name, spec)]));
  }

  async close(): Promise<void> {
    tf.dispose([...this.#constants.values()]);
    this.#constants.clear();
  }
}
