// Who waits for a lock in the database of a test.
import type { Db } from "../../server/db.ts";

/** How many statements wait for a lock now. */
export async function waitingForLocks(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM pg_stat_activity WHERE "wait_event_type" = 'Lock' AND "datname" = current_database()`;
  return row!.count;
}
