// Reads the code out of whatever a request threw.
import { TRPCClientError } from "@trpc/client";

/** The code that server/errors.ts gave; "OFFLINE" when no answer came at all; "INTERNAL" for anything else. */
export function errorCode(error: unknown): string {
  if (!(error instanceof TRPCClientError)) return "INTERNAL";
  const code: unknown = error.data?.code;
  if (typeof code === "string") return code;
  return error.cause instanceof TypeError || !error.shape ? "OFFLINE" : "INTERNAL";
}

/** The server's own sentence, for codes that the pages have no words for. Unexpected failures carry none. */
export function errorMessage(error: unknown): string | null {
  return error instanceof TRPCClientError && error.shape && error.message ? error.message : null;
}
