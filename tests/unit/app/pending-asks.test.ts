// Words that could not be sent come back to their writer, whatever else was asked meanwhile.
import { describe, expect, it, vi } from "vitest";
import { type Ask, createPendingAsks } from "../../../app/chat/_lib/pending-asks.ts";

const send = (content: string, conversationId: string | null = "a"): Ask => ({
  kind: "send",
  conversationId,
  parentId: null,
  requestKey: content,
  content,
  drafts: "auto",
});
const regenerate: Ask = { kind: "regenerate", conversationId: "a", parentId: "p", requestKey: "k", messageId: "m" };

function setUp() {
  const unsent = vi.fn();
  return { unsent, asks: createPendingAsks(unsent) };
}

describe("createPendingAsks", () => {
  it("shows an ask until it succeeds", () => {
    const { asks, unsent } = setUp();
    const ask = send("hello");
    asks.start(ask);
    expect(asks.get("a")).toEqual({ ask, error: null });
    asks.succeed(ask);
    expect(asks.get("a")).toBeNull();
    expect(unsent).not.toHaveBeenCalled();
  });

  it("keeps a failed ask on screen, and a retry of it loses nothing and doubles nothing", () => {
    const { asks, unsent } = setUp();
    const ask = send("hello");
    asks.start(ask);
    asks.fail(ask, "offline");
    expect(asks.get("a")?.error).toBe("offline");
    asks.start(ask);
    asks.succeed(ask);
    expect(unsent).not.toHaveBeenCalled();
  });

  it.each([send("next"), regenerate])(
    "gives the words of a failed prompt back when another ask takes its place",
    (next) => {
      const { asks, unsent } = setUp();
      const failed = send("hello");
      asks.start(failed);
      asks.fail(failed, "offline");
      asks.start(next);
      expect(unsent.mock.calls).toEqual([["a", "hello"]]);
      expect(asks.get("a")?.ask).toBe(next);
    },
  );

  it("gives words back that fail after another ask took their place", () => {
    const { asks, unsent } = setUp();
    const slow = send("slow");
    asks.start(slow);
    asks.start(regenerate);
    expect(unsent).not.toHaveBeenCalled();
    asks.fail(slow, "offline");
    expect(unsent.mock.calls).toEqual([["a", "slow"]]);
    expect(asks.get("a")).toEqual({ ask: regenerate, error: null });
  });

  it("keeps conversations apart", () => {
    const { asks, unsent } = setUp();
    const [here, there] = [send("here", null), send("there", "b")];
    asks.start(here);
    asks.start(there);
    asks.fail(here, "offline");
    asks.succeed(there);
    expect(asks.get(null)).toEqual({ ask: here, error: "offline" });
    expect(asks.get("b")).toBeNull();
    expect(unsent).not.toHaveBeenCalled();
  });

  it("gives words back once when the viewer gives up", () => {
    const { asks, unsent } = setUp();
    const ask = send("hello");
    asks.start(ask);
    asks.fail(ask, "offline");
    asks.dismiss("a");
    asks.dismiss("a");
    expect(unsent.mock.calls).toEqual([["a", "hello"]]);
  });

  it("tells its listeners of every change until they leave", () => {
    const { asks } = setUp();
    const listener = vi.fn();
    const leave = asks.subscribe(listener);
    asks.start(regenerate);
    asks.fail(regenerate, "offline");
    asks.dismiss("a");
    leave();
    asks.start(regenerate);
    expect(listener).toHaveBeenCalledTimes(3);
  });
});
