// Acts that need the password once more: whoever is refused for that waits here until it was confirmed, and is sent again.
import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { AppRouter } from "../../server/api/root.ts";
import { errorCode } from "./errors.ts";

/** One question, however many acts wait for its answer. */
export interface FreshSignIn {
  /** Opens the question. @returns whether the password was confirmed; false where it was closed */
  ask(): Promise<boolean>;
  answer(confirmed: boolean): void;
  isOpen(): boolean;
  subscribe(listener: () => void): () => void;
}

export function createFreshSignIn(): FreshSignIn {
  let waiting: ((confirmed: boolean) => void)[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    ask: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        tell();
      }),
    answer(confirmed) {
      const answered = waiting;
      waiting = [];
      for (const resolve of answered) resolve(confirmed);
      tell();
    },
    isOpen: () => waiting.length > 0,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Sends what was refused for want of a fresh sign-in once more, after the password; refused for good where nobody confirms. */
export const freshSignInLink =
  ({ ask }: Pick<FreshSignIn, "ask">): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      let stopped = false;
      let sent = next(op).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error(error) {
          if (errorCode(error) !== "FRESH_SIGN_IN_NEEDED") return observer.error(error);
          void ask().then((confirmed) => {
            if (stopped) return;
            if (confirmed) sent = next(op).subscribe(observer);
            else observer.error(error);
          });
        },
      });
      return () => {
        stopped = true;
        sent.unsubscribe();
      };
    });
