// An EventSource whose server is a function, so that a test can cut the wire: reconnects with Last-Event-ID as browsers do.
type Handle = (request: Request) => Promise<Response>;

const open = new Set<EventSourceOverFetch>();

export class EventSourceOverFetch extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;
  readyState = 0;
  #cut = new AbortController();
  #lastEventId: string | null = null;

  /** A class for tRPC's link, bound to its server. `onConnect` hears of every connection and the id it resumes after. */
  static with(handle: Handle, onConnect: (lastEventId: string | null) => void = () => {}) {
    return class extends EventSourceOverFetch {
      constructor(url: string) {
        super(url, handle, onConnect);
      }
    };
  }

  /** Every wire is cut at this moment; each source connects again. */
  static dropAll(): void {
    for (const source of open) source.#cut.abort("dropped");
  }

  constructor(
    readonly url: string,
    handle: Handle,
    onConnect: (lastEventId: string | null) => void,
  ) {
    super();
    void this.#run(handle, onConnect);
  }

  async #run(handle: Handle, onConnect: (lastEventId: string | null) => void): Promise<void> {
    open.add(this);
    while (this.readyState !== this.CLOSED) {
      this.#cut = new AbortController();
      const { signal } = this.#cut;
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (this.#lastEventId !== null) headers["last-event-id"] = this.#lastEventId;
      onConnect(this.#lastEventId);
      try {
        const response = await handle(new Request(this.url, { headers, signal }));
        if (!response.ok) return this.#fail();
        this.readyState = this.OPEN;
        this.dispatchEvent(new Event("open"));
        await this.#read(response, signal);
      } catch {
        // A cut wire; connect again below.
      }
      if (this.readyState === this.CLOSED) break;
      this.readyState = this.CONNECTING;
      this.dispatchEvent(new Event("error"));
    }
  }

  async #read(response: Response, signal: AbortSignal): Promise<void> {
    let rest = "";
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop()!;
      for (const block of blocks) {
        if (signal.aborted) return;
        this.#dispatch(block);
      }
    }
  }

  #dispatch(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
    const id = field("id");
    if (id !== undefined) this.#lastEventId = id;
    const data = field("data");
    if (data === undefined) return;
    this.dispatchEvent(new MessageEvent(field("event") ?? "message", { data, lastEventId: this.#lastEventId ?? "" }));
  }

  #fail(): void {
    this.readyState = this.CLOSED;
    open.delete(this);
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.readyState = this.CLOSED;
    open.delete(this);
    this.#cut.abort();
  }
}
