// Drafts: kept per conversation, moved when a first prompt makes one, and never the reason for a failure.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readDraft, settleDraft, writeDraft } from "../../../app/chat/_lib/drafts.ts";

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

it("keeps one draft per conversation and one for a new one", () => {
  writeDraft(null, "new");
  writeDraft("a", "for a");
  expect([readDraft(null), readDraft("a"), readDraft("b")]).toEqual(["new", "for a", ""]);
});

it("forgets a draft that is only space", () => {
  writeDraft("a", "x");
  writeDraft("a", "  \n");
  expect(readDraft("a")).toBe("");
});

it("forgets what was sent", () => {
  writeDraft("a", "hello ");
  settleDraft("a", "a", "hello");
  expect(readDraft("a")).toBe("");
});

it("keeps what was typed after sending", () => {
  writeDraft("a", "next");
  settleDraft("a", "a", "hello");
  expect(readDraft("a")).toBe("next");
});

it("moves what was typed after the first prompt into the conversation it made", () => {
  writeDraft(null, "next");
  settleDraft(null, "a", "hello");
  expect([readDraft(null), readDraft("a")]).toEqual(["", "next"]);
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
  expect(() => writeDraft("a", "x")).not.toThrow();
  expect(readDraft("a")).toBe("");
});
