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

/** Values of a session that are kept between two runs. */
interface Held {
  session: number;
  tensors: Record<string, Tensor>;
  bytes: number;
}

/** Free buffers kept for the next run of their session: the system would hand out new ones page by page, zeroed. */
const FREE_BYTES_KEPT = 2 ** 29;

export class Sessions {
  readonly #constants = new Map<number, Record<string, Tensor>>();
  readonly #sessions = new Map<number, InferenceSession>();
  readonly #held = new Map<number, Held>();
  /** Buffers of held values that are free again, oldest first. */
  readonly #free: Held[] = [];

  /** Frozen tensors of a runner, by name; its sessions read them unless they are fed. */
  share(owner: number, constants: Wires): void {
    this.#constants.set(owner, tensorsOf(constants));
  }

  async open(session: number, model: Uint8Array, options: InferenceSession.SessionOptions): Promise<void> {
    this.#sessions.set(session, await InferenceSession.create(model, options));
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
    const kept = work.hold && this.#buffers(session, work.hold.values);
    const asked = Object.fromEntries(work.returns.map((name) => [name, null]));
    const results = await this.#sessions.get(session)!.run(feeds, { ...asked, ...kept?.tensors });
    if (work.hold && kept) this.#held.set(work.hold.as, kept);
    if (work.held !== undefined) this.drop(work.held);
    return Object.fromEntries(work.returns.map((name) => [name, results[name]!.data as Float32Array]));
  }

  /** Forgets held values that will not be used any more. */
  drop(number: number): void {
    const held = this.#held.get(number);
    if (!held) return;
    this.#held.delete(number);
    this.#free.push(held);
    const total = () => this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
    while (total() > FREE_BYTES_KEPT) this.#free.shift();
  }

  async close(session: number): Promise<void> {
    await this.#sessions.get(session)?.release();
    this.#sessions.delete(session);
  }

  unshare(owner: number): void {
    this.#constants.delete(owner);
  }

  #buffers(session: number, values: readonly OnnxValue[]): Held {
    const known = this.#free.findLastIndex((held) => held.session === session);
    if (known >= 0) return this.#free.splice(known, 1)[0]!;
    const tensors = values.map(({ name, type, shape }) => {
      if (type !== "float32") throw new Error(`value ${name} is ${type}; only float32 can be held`);
      return [name, new Tensor(type, new Float32Array(sizeOf(shape)), shape)];
    });
    return {
      session,
      tensors: Object.fromEntries(tensors),
      bytes: values.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0),
    };
  }
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const tensorsOf = (wires: Wires) =>
  Object.fromEntries(Object.entries(wires).map(([name, wire]) => [name, tensorOf(wire)]));
const tensorOf = ({ type, shape, data }: Wire) => new Tensor(type as "float32", data as Float32Array, shape);
