/** Sessions of onnxruntime and what they share, by number. Lives in a worker thread, because a run blocks its thread. */

import { InferenceSession, Tensor } from "onnxruntime-node";

/** A tensor as it travels between threads. */
export interface Wire {
  type: "float32" | "int32" | "int8";
  shape: readonly number[];
  data: Float32Array | Int32Array | Int8Array;
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
  hold?: { as: number; names: readonly string[] };
  /** Use what was held under this number, for the last time. */
  held?: number;
}

export class Sessions {
  readonly #constants = new Map<number, Record<string, Tensor>>();
  readonly #sessions = new Map<number, InferenceSession>();
  readonly #held = new Map<number, Record<string, Tensor>>();

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
      const tensor = fed[name] ?? held?.[name] ?? shared?.[name];
      if (!tensor) throw new Error(`input ${name} was neither fed, held nor shared`);
      feeds[name] = tensor;
    }
    const { hold } = work;
    const results = await this.#sessions.get(session)!.run(feeds, [...work.returns, ...(hold?.names ?? [])]);
    if (hold) this.#held.set(hold.as, Object.fromEntries(hold.names.map((name) => [name, results[name]!])));
    if (work.held !== undefined) this.drop(work.held);
    return Object.fromEntries(work.returns.map((name) => [name, results[name]!.data as Float32Array]));
  }

  /** Forgets held values that will not be used any more. */
  drop(held: number): void {
    this.#held.delete(held);
  }

  async close(session: number): Promise<void> {
    await this.#sessions.get(session)?.release();
    this.#sessions.delete(session);
  }

  unshare(owner: number): void {
    this.#constants.delete(owner);
  }
}

const tensorsOf = (wires: Wires) =>
  Object.fromEntries(Object.entries(wires).map(([name, wire]) => [name, tensorOf(wire)]));
const tensorOf = ({ type, shape, data }: Wire) => new Tensor(type as "float32", data as Float32Array, shape);
