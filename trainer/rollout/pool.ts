/** Runs many pieces of work, a bounded number at a time. */

/**
 * Results of `work(0 … count−1)` in order. At most `limit` run at once; after the first failure, or when one of `stops` is
 * aborted, no other begins, and the reason is thrown once those under way have ended.
 * @param work gets one signal for all of this: to combine signals anew for every piece would pile up listeners on `stops`
 */
export async function pooled<T>(
  count: number,
  limit: number,
  work: (index: number, signal: AbortSignal) => Promise<T>,
  stops: readonly (AbortSignal | undefined)[] = [],
): Promise<T[]> {
  const results = new Array<T>(count);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...stops.filter((stop) => stop !== undefined)]);
  let next = 0;
  const take = async () => {
    while (next < count && !signal.aborted) {
      const index = next++;
      results[index] = await work(index, signal);
    }
  };
  // Only the first failure counts: those that follow are echoes of its abort.
  const workers = Array.from({ length: Math.min(limit, count) }, () => take().catch((error) => failed.abort(error)));
  await Promise.all(workers);
  signal.throwIfAborted();
  return results;
}
