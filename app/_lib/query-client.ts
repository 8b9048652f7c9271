// The cache of server data: what is retried, how long it counts as fresh, and what happens when the session has ended.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { errorCode } from "./errors.ts";

/** Answers that will be the same next time. */
const FINAL = new Set(["UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "BAD_REQUEST", "CONFLICT", "PRECONDITION_FAILED"]);

export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (errorCode(error) === "UNAUTHORIZED") onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && !FINAL.has(errorCode(error)),
      },
      mutations: { retry: false },
    },
  });
}
