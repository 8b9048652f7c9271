/** Runs many pieces of work, a bounded number at a time. */

/**
 * Results of `work(0 … count−1)` in order. At most `limit` run at once; after the first failure no other begins, and
 * the failure is thrown once those under way have ended.
 * @param work gets a signal that is aborted when another piece has failed
 */
export async function pooled<T>(
  count: number,
  limit: number,
  work: (index: number, signal: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const results = new Array<T>(count);
  const failed = new AbortController();
  let next = 0;
  const take = async () => {
    while (next < count && !failed.signal.aborted) {
      const index = next++;
      results[index] = await work(index, failed.signal);
    }
  };
  const workers = Array.from({ length: Math.min(limit, count) }, () =>
    take().catch((error) => {
      // Only the first failure counts: those that follow are echoes of this abort.
      failed.abort(error);
    }),
  );
  await Promise.all(workers);
  failed.signal.throwIfAborted();
  return results;
}
