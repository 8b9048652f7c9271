/** Adapters by content hash: checked, loaded beside the running replies, kept while used, freed for good afterwards. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { LlamaContext, LlamaModel } from "node-llama-cpp";
import { AppError } from "../errors.ts";
import { GgufError } from "../gguf/format.ts";
import type { ModelConfig } from "../gguf/model-config.ts";
import { openGguf } from "../gguf/reader.ts";
import { validateAdapter } from "../gguf/validate.ts";
import type { AdapterReference } from "./protocol.ts";
import { SlotPool, type Waiting } from "./slots.ts";

/** A larger file is no adapter of a model that this process could serve. */
const MAX_ADAPTER_BYTES = 4 * 1024 ** 3;
const BARE = "base";

/** An adapter (or the bare base model) that is ready to answer. */
class Loaded {
  users = 0;
  /** Nobody new should come; freed when the last user leaves. */
  retired = false;
  usedAt = 0;

  constructor(
    readonly key: string,
    readonly path: string | null,
    readonly context: LlamaContext,
    readonly slots: SlotPool,
  ) {}
}

/** Holds an adapter in memory until released; what it speaks never changes. */
export interface Lease {
  sha256: string | null;
  context: LlamaContext;
  slots: SlotPool;
  release(): void;
}

export interface AdapterStoreOptions {
  model: LlamaModel;
  config: ModelConfig;
  baseSha256: string;
  /** Adapters kept ready, the bare base included. */
  limit: number;
  waiting: Waiting;
  /** A context with these adapters; called for one at a time. */
  createContext(adapterPath: string | null): Promise<LlamaContext>;
  /** Evaluates a token, so that a context that cannot answer is refused before anyone needs it. */
  probe(slots: SlotPool): Promise<void>;
}

/**
 * Replies hold a lease, so loading or freeing one adapter never touches a reply on another. All loading and freeing is
 * done one after another: llama.cpp walks the model's list of adapters while a new context first runs, and that list
 * is not made for two threads.
 */
export class AdapterStore {
  readonly #loaded = new Map<string, Loaded>();
  readonly #loading = new Map<string, Promise<Loaded>>();
  /** Keys of the arms that people talk to: freed last. */
  #kept: ReadonlySet<string> = new Set();
  #exclusive: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: AdapterStoreOptions) {}

  /** Content hashes that can answer at once. */
  get loaded(): string[] {
    return [...this.#loaded.values()].filter(({ key, retired }) => key !== BARE && !retired).map(({ key }) => key);
  }

  /**
   * Loads an adapter if it is not; `null` is the bare base model.
   * @throws AppError ADAPTER_MISSING, ADAPTER_REFUSED or BASE_MISMATCH; everything loaded before stays as it was.
   */
  async ensure(adapter: AdapterReference | null): Promise<void> {
    (await this.acquire(adapter)).release();
  }

  /** As `ensure`, and keeps it until the lease is released. */
  async acquire(adapter: AdapterReference | null): Promise<Lease> {
    const key = adapter?.sha256 ?? BARE;
    let loaded = this.#loaded.get(key);
    while (!loaded) {
      // The adapter may be freed between the end of its loading and our turn; then it is loaded again.
      await this.#load(key, adapter?.path ?? null);
      loaded = this.#loaded.get(key);
    }
    return this.#lease(loaded);
  }

  /** Frees an adapter as soon as nobody uses it. */
  release(sha256: string): void {
    const loaded = this.#loaded.get(sha256);
    if (!loaded) return;
    loaded.retired = true;
    this.#freeSpare();
  }

  /**
   * Loads exactly these beside what speaks, and makes room for others with others first. Those that were kept until now and are not any more
   * are freed as soon as nobody uses them; the bare base model stays while there is room.
   * @throws AppError as `ensure`, for the first that could not be loaded; the rest are loaded and kept all the same
   */
  async keep(adapters: readonly (AdapterReference | null)[]): Promise<void> {
    const before = this.#kept;
    this.#kept = new Set(adapters.map((adapter) => adapter?.sha256 ?? BARE));
    for (const key of before) if (key !== BARE && !this.#kept.has(key)) this.release(key);
    const results = await Promise.allSettled(adapters.map((adapter) => this.ensure(adapter)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Waits until loading and freeing under way are done. */
  async settled(): Promise<void> {
    await this.#exclusive;
  }

  #lease(loaded: Loaded): Lease {
    loaded.users++;
    loaded.retired = false;
    let released = false;
    return {
      sha256: loaded.key === BARE ? null : loaded.key,
      context: loaded.context,
      slots: loaded.slots,
      release: () => {
        if (released) return;
        released = true;
        loaded.users--;
        loaded.usedAt = performance.now();
        this.#freeSpare();
      },
    };
  }

  #load(key: string, file: string | null): Promise<Loaded> {
    let loading = this.#loading.get(key);
    if (!loading) {
      loading = this.#oneAtATime(() => this.#loadNow(key, file)).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }

  async #loadNow(key: string, file: string | null): Promise<Loaded> {
    const { waiting, createContext, probe } = this.options;
    const absolute = file === null ? null : path.resolve(file);
    if (absolute !== null) {
      await this.#check(key, absolute);
      // The library caches adapters by path: it would go on with the old content of an overwritten file.
      const holder = [...this.#loaded.values()].find((loaded) => loaded.path === absolute);
      if (holder)
        throw refused(key, `its file's name is in use by adapter ${holder.key.slice(0, 12)}; name files by their hash`);
    }
    const oldest = this.#idle()[0];
    if (this.#loaded.size >= this.options.limit && oldest) await this.#free(oldest);
    let context: LlamaContext | undefined;
    let slots: SlotPool;
    try {
      context = await createContext(absolute);
      slots = new SlotPool(context, waiting);
      await probe(slots);
    } catch (cause) {
      await context?.dispose();
      if (absolute !== null) await freeAdapter(this.options.model, absolute);
      throw refused(key, `llama.cpp could not use it (${(cause as Error).message})`, cause);
    }
    const loaded = new Loaded(key, absolute, context, slots);
    this.#loaded.set(key, loaded);
    return loaded;
  }

  /** Everything that can be known about the file before llama.cpp sees it. */
  async #check(sha256: string, file: string): Promise<void> {
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) {
      throw new AppError(
        "ADAPTER_MISSING",
        `There is no adapter file at ${file}; restore it, or activate another one.`,
      );
    }
    if (found.size > MAX_ADAPTER_BYTES)
      throw refused(sha256, `the file has ${found.size} bytes, at most 4 GiB are accepted`);
    const actual = await sha256Of(file);
    if (actual !== sha256)
      throw refused(sha256, `the file's content has the hash ${actual.slice(0, 12)}; it was changed, so restore it`);
    try {
      const gguf = openGguf(file);
      try {
        validateAdapter(gguf, this.options.config, { sha256: this.options.baseSha256 });
      } finally {
        gguf.close();
      }
    } catch (cause) {
      if (!(cause instanceof GgufError)) throw cause;
      throw new AppError(cause.code === "BASE_MISMATCH" ? "BASE_MISMATCH" : "ADAPTER_REFUSED", cause.message, {
        cause,
      });
    }
  }

  /** Those that nobody uses now, in the order in which they may be freed: what people talk to comes last. */
  #idle(): Loaded[] {
    const rank = ({ key, retired }: Loaded) => (this.#kept.has(key) && !retired ? 1 : 0);
    return [...this.#loaded.values()]
      .filter(({ users }) => users === 0)
      .sort((a, b) => rank(a) - rank(b) || a.usedAt - b.usedAt);
  }

  /** Frees one that nobody uses any more: a retired one, or the one idle for longest when there are too many. */
  #freeSpare(): void {
    const spare = () =>
      this.#idle().find(({ retired }) => retired) ??
      (this.#loaded.size > this.options.limit ? this.#idle()[0] : undefined);
    if (!spare()) return;
    // Looked up again when its turn comes: somebody may have asked for it meanwhile.
    void this.#oneAtATime(async () => {
      const loaded = spare();
      if (loaded) await this.#free(loaded);
    });
  }

  async #free(loaded: Loaded): Promise<void> {
    this.#loaded.delete(loaded.key);
    await loaded.context.dispose();
    if (loaded.path !== null) await freeAdapter(this.options.model, loaded.path);
  }

  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#exclusive.then(work);
    this.#exclusive = result.catch(() => {});
    return result;
  }
}

const refused = (sha256: string, why: string, cause?: unknown) =>
  new AppError("ADAPTER_REFUSED", `Adapter ${sha256.slice(0, 12)} cannot be used: ${why}.`, {
    cause,
  });

/** Hex sha256 of a file's content. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}

/** What node-llama-cpp keeps of every adapter it ever loaded, in no public field. */
interface AdapterCache {
  _loraAdapters: Map<string, { dispose(): Promise<void> }>;
}

/**
 * Frees an adapter's weights. The library keeps them for the model's whole life (21 MB per swap on a 135M model) and has
 * no public way out; its version is pinned and a test fails if this door is ever gone.
 */
export async function freeAdapter(model: LlamaModel, file: string): Promise<void> {
  const cache = (model as unknown as Partial<AdapterCache>)._loraAdapters;
  const adapter = cache?.get(file);
  if (!cache || !adapter) return;
  cache.delete(file);
  await adapter.dispose();
}
