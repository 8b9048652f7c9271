// Fails the 1st step of some work, then the 2nd, … until the work ends untouched, and looks after every failure.

/**
 * SQLite's loop. `work` calls `fault()` wherever the world may break; in round n the nth call throws.
 * @returns how many places were broken in turn
 */
export async function failEachCall(
  work: (fault: () => void) => Promise<unknown>,
  check: (failed: boolean) => Promise<void>,
): Promise<number> {
  for (let n = 1; ; n++) {
    let calls = 0;
    const fault = () => {
      if (++calls === n) throw new Error(`injected fault at call ${n}`);
    };
    const failed = await work(fault).then(
      () => false,
      () => true,
    );
    await check(failed);
    if (calls < n) return n - 1;
  }
}

/** The database, with `fault()` before every query, inside transactions as well. */
export function faultyDb<Db extends { $extends: (extension: never) => unknown }>(db: Db, fault: () => void): Db {
  const extension = {
    query: {
      $allOperations: ({ args, query }: { args: unknown; query: (args: unknown) => unknown }) => {
        fault();
        return query(args);
      },
    },
  };
  return db.$extends(extension as never) as Db;
}
