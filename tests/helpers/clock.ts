// The process's calendar in a test's hand: set to a day, it goes on from there at its usual pace, so that weeks take minutes.
import { afterAll, beforeAll, vi } from "vitest";

export interface Calendar {
  now(): Date;
  /** Leaps to a moment; never back. */
  to(moment: Date): Date;
}

/**
 * Registers it for the tests of this file, before whatever else reads the clock. Timers stay real, and so does the database's own clock, by which
 * leases run: leap while nothing is held.
 */
export function testCalendar(start: Date): Calendar {
  beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true, now: start }));
  afterAll(() => void vi.useRealTimers());
  const now = () => new Date();
  return {
    now,
    to(moment) {
      if (moment < now())
        throw new Error(`the calendar says ${now().toISOString()}, it cannot go back to ${moment.toISOString()}`);
      vi.setSystemTime(moment);
      return moment;
    },
  };
}
