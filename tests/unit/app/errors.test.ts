// What the pages understand of a failed request.
import { TRPCClientError } from "@trpc/client";
import { describe, expect, it } from "vitest";
import { errorCode, errorMessage } from "../../../app/_lib/errors.ts";
import { newRequestKey } from "../../../app/_lib/request-key.ts";

const answered = (code: string, message: string) =>
  TRPCClientError.from({ error: { code: -32_000, message, data: { code, httpStatus: 409 } } });

describe("errorCode", () => {
  it("is the server's code when the server answered", () => {
    expect(errorCode(answered("REPLY_RUNNING", "x"))).toBe("REPLY_RUNNING");
  });

  it("is OFFLINE when nothing came back", () => {
    expect(errorCode(TRPCClientError.from(new TypeError("Failed to fetch")))).toBe("OFFLINE");
  });

  it("is OFFLINE when something else than Hone came back, such as a proxy's page", () => {
    expect(errorCode(TRPCClientError.from(new SyntaxError("Unexpected token <")))).toBe("OFFLINE");
  });

  it("is INTERNAL for a fault of the page itself", () => {
    expect(errorCode(new Error("bug"))).toBe("INTERNAL");
    expect(errorCode(undefined)).toBe("INTERNAL");
  });
});

describe("errorMessage", () => {
  it("is the server's sentence, or nothing", () => {
    expect(errorMessage(answered("NEW_CODE", "A sentence."))).toBe("A sentence.");
    expect(errorMessage(TRPCClientError.from(new TypeError("Failed to fetch")))).toBeNull();
    expect(errorMessage(new Error("secret"))).toBeNull();
  });
});

it("makes request keys that are version 4 UUIDs and never the same", () => {
  const keys = Array.from({ length: 200 }, newRequestKey);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(keys).size).toBe(keys.length);
});
