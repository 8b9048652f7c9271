// Unsent words: kept per conversation, moved when a first prompt makes one, and never the reason for a failure.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readUnsent, settleUnsent, writeUnsent } from "../../../app/chat/_lib/unsent.ts";

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("keeps words per conversation and for a new one", () => {
  writeUnsent(null, "new");
  writeUnsent("a", "for a");
  expect([readUnsent(null), readUnsent("a"), readUnsent("b")]).toEqual(["new", "for a", ""]);
});

it("forgets words that are only space", () => {
  writeUnsent("a", "x");
  writeUnsent("a", "  \n");
  expect(readUnsent("a")).toBe("");
});

it("forgets what was sent", () => {
  writeUnsent("a", "hello ");
  settleUnsent("a", "a", "hello");
  expect(readUnsent("a")).toBe("");
});

it("keeps what was typed after sending", () => {
  writeUnsent("a", "next");
  settleUnsent("a", "a", "hello");
  expect(readUnsent("a")).toBe("next");
});

it("moves what was typed after the first prompt into the conversation it made", () => {
  writeUnsent(null, "next");
  settleUnsent(null, "a", "hello");
  expect([readUnsent(null), readUnsent("a")]).toEqual(["", "next"]);
});

it("works without storage", () => {
  vi.stubGlobal("localStorage", {
    getItem() {
      throw new DOMException("denied", "SecurityError");
    },
    setItem() {
      throw new DOMException("full", "QuotaExceededError");
    },
  });
  expect(() => writeUnsent("a", "x")).not.toThrow();
  expect(readUnsent("a")).toBe("");
});
