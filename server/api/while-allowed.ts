/** Streams go on only while whoever opened one may still open it. */

/** As long as a stream may outlive the session, the role or the account that it was opened with. */
export const RECHECK_MS = 5_000;

/**
 * The events, with a look before one that comes later than `RECHECK_MS` after the last look.
 * @param check throws where they are nobody's to see any more; the stream ends with that
 */
export async function* whileAllowed<Event>(
  events: AsyncIterable<Event>,
  check: () => Promise<void>,
  now = () => performance.now(),
): AsyncGenerator<Event> {
  let lookedAt = now();
  for await (const event of events) {
    if (now() - lookedAt >= RECHECK_MS) {
      await check();
      lookedAt = now();
    }
    yield event;
  }
}
