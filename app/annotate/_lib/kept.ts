// What survives a reload: the unfinished task and its clock in this tab; how the room is set up in this browser.
import type { Draft } from "./draft.ts";

export interface Kept {
  draft: Draft;
  /** Time spent on it so far. */
  seconds: number;
}

/** By the replies, not by the lease: whoever lost a lease and gets the same task again goes on where they stopped. */
const keyOf = (ids: readonly string[]) => `hone.annotate.task.${[...ids].sort().join(".")}`;

/** Storage can be full, or refused in private windows; what is kept is a comfort, so both are taken in silence. */
function quietly<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

export function readKept(ids: readonly string[]): Kept | null {
  return quietly(() => {
    const text = sessionStorage.getItem(keyOf(ids));
    return text ? (JSON.parse(text) as Kept) : null;
  }, null);
}

export function keep(ids: readonly string[], kept: Kept): void {
  quietly(() => sessionStorage.setItem(keyOf(ids), JSON.stringify(kept)), undefined);
}

export function forget(ids: readonly string[]): void {
  quietly(() => sessionStorage.removeItem(keyOf(ids)), undefined);
}

/** "all": every reply at once; "pairs": two at a time. */
export type Mode = "all" | "pairs";

const MODE = "hone.annotate.mode";
const GUIDELINES = "hone.annotate.guidelines";

export const readMode = (): Mode => quietly(() => (localStorage.getItem(MODE) === "pairs" ? "pairs" : "all"), "all");
export const keepMode = (mode: Mode) => quietly(() => localStorage.setItem(MODE, mode), undefined);

/** Open until it is closed for the first time: a newcomer should see them. */
export const readGuidelinesOpen = () => quietly(() => localStorage.getItem(GUIDELINES) !== "closed", true);
export const keepGuidelinesOpen = (open: boolean) =>
  quietly(() => localStorage.setItem(GUIDELINES, open ? "open" : "closed"), undefined);
