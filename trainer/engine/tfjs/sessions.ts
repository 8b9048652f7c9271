/** Sessions of onnxruntime and what they share, by number. Lives in a worker thread, because a run blocks its thread. */

import { InferenceSession, Tensor } from "onnxruntime-node";

import type { OnnxValue } from "./onnx-proto.ts";

/** A tensor as it travels between threads. */
export interface Wire {
  type: "float32" | "int32";
  shape: readonly number[];
  data: Float32Array | Int32Array;
}
export type Wires = Record<string, Wire>;

/** One run of a session. */
export interface Run {
  /** Number of the runner whose shared constants the model reads. */
  owner: number;
  feeds: Wires;
  /** Every input of the model: each is fed, held or shared. */
  wanted: readonly string[];
  returns: readonly string[];
  /** Keep these results here under a number instead of returning them. */
  hold?: { as: number; values: readonly OnnxValue[] };
  /** Use what was held under this number, for the last time. */
  held?: number;
}

export class Sessions {
  readonly #constants = new Map<number, Record<string, Tensor>>();
  readonly #sessions = new Map<number, InferenceSession>();
  readonly #held = new Map<number, { session: number; tensors: Record<string, Tensor> }>();
  /** Buffers of held values that are free again: new ones would be zeroed by the system page by page on every run. */
  readonly #free = new Map<number, Record<string, Tensor>[]>();

  /** Frozen tensors of a runner, by name; its sessions read them unless they are fed. */
  share(owner: number, constants: Wires): void {
    this.#constants.set(owner, tensorsOf(constants));
  }

  async open(session: number, model: Uint8Array, options: InferenceSession.SessionOptions): Promise<void> {
    this.#sessions.set(session, await InferenceSession.create(model, options));
    this.#free.set(session, []);
  }

  async run(session: number, work: Run): Promise<Record<string, Float32Array>> {
    const fed = tensorsOf(work.feeds);
    const held = work.held === undefined ? undefined : this.#held.get(work.held);
    const shared = this.#constants.get(work.owner);
    const feeds: Record<string, Tensor> = {};
    for (const name of work.wanted) {
      // onnxruntime ignores feeds it does not know, and an input it lacks is named without its program.
      const tensor = fed[name] ?? held?.tensors[name] ?? shared?.[name];
      if (!tensor) throw new Error(`input ${name} was neither fed nor shared`);
      feeds[name] = tensor;
    }
    const buffers = work.hold && this.#buffers(session, work.hold.values);
    const asked = Object.fromEntries(work.returns.map((name) => [name, null]));
    const results = await this.#sessions.get(session)!.run(feeds, { ...asked, ...buffers });
    if (work.hold && buffers) this.#held.set(work.hold.as, { session, tensors: buffers });
    if (work.held !== undefined) this.drop(work.held);
    return Object.fromEntries(work.returns.map((name) => [name, results[name]!.data as Float32Array]));
  }

  /** Forgets held values that will not be used any more. */
  drop(held: number): void {
    const values = this.#held.get(held);
    if (!values) return;
    this.#held.delete(held);
    this.#free.get(values.session)?.push(values.tensors);
  }

  async close(session: number): Promise<void> {
    await this.#sessions.get(session)?.release();
    this.#sessions.delete(session);
    this.#free.delete(session);
  }

  unshare(owner: number): void {
    this.#constants.delete(owner);
  }

  #buffers(session: number, values: readonly OnnxValue[]): Record<string, Tensor> {
    const known = this.#free.get(session)!.pop();
    if (known) return known;
    const made = values.map(({ name, type, shape }) => {
      if (type !== "float32") throw new Error(`value ${name} is ${type}; only float32 can be held`);
      const size = shape.reduce((product, extent) => product * extent, 1);
      return [name, new Tensor(type, new Float32Array(size), shape)];
    });
    return Object.fromEntries(made);
  }
}

const tensorsOf = (wires: Wires) =>
  Object.fromEntries(Object.entries(wires).map(([name, wire]) => [name, tensorOf(wire)]));
const tensorOf = ({ type, shape, data }: Wire) => new Tensor(type as "float32", data as Float32Array, shape);
