/** Turns in the trainer: one heavy thing at a time, whichever queue it comes from. */

export interface Turns {
  /**
   * Does `work` when it is its turn; first come, first served, and what is `soon` (people wait for it) before what is not.
   * @param signal gives up waiting; work that has begun is its own to stop
   * @throws the reason of `signal`, or what `work` throws
   */
  take<T>(work: () => Promise<T>, options?: { soon?: boolean; signal?: AbortSignal }): Promise<T>;
}

interface Waiting {
  soon: boolean;
  begin: () => void;
}

export function createTurns(): Turns {
  const waiting: Waiting[] = [];
  let busy = false;
  const next = () => {
    const at = Math.max(
      0,
      waiting.findIndex(({ soon }) => soon),
    );
    const [first] = waiting.splice(at, 1);
    busy = first !== undefined;
    first?.begin();
  };
  return {
    async take(work, { soon = false, signal } = {}) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const giveUp = () => {
          waiting.splice(waiting.indexOf(own), 1);
          reject(signal?.reason);
        };
        const begin = () => {
          signal?.removeEventListener("abort", giveUp);
          resolve();
        };
        const own = { soon, begin };
        waiting.push(own);
        signal?.addEventListener("abort", giveUp, { once: true });
        if (!busy) next();
      });
      try {
        return await work();
      } finally {
        next();
      }
    },
  };
}
