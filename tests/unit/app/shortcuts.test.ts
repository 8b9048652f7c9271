// Which key press means what, on several keyboards, and what is left to the field or the browser.
import { describe, expect, it } from "vitest";
import { isMeantForComposer, shortcutOf } from "../../../app/chat/_lib/shortcuts.ts";

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe("shortcutOf", () => {
  it("knows its keys with Ctrl and with ⌘", () => {
    for (const mod of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(shortcutOf(press("k", mod), true)).toBe("search");
      expect(shortcutOf(press("O", { ...mod, shiftKey: true }), true)).toBe("newConversation");
    }
    expect(shortcutOf(press("Escape"), true)).toBe("stop");
  });

  it("regenerates by the place of R, though a Mac writes ® with Alt", () => {
    expect(shortcutOf(press("®", { altKey: true, code: "KeyR" }), true)).toBe("regenerate");
  });

  it("chooses among drafts with Alt, also while words are typed", () => {
    const alt = (key: string, code: string) => shortcutOf(press(key, { altKey: true, code }), true);
    expect([alt("¡", "Digit1"), alt("™", "Digit2"), alt("£", "Digit3"), alt("¢", "Digit4")]).toEqual([
      "pick1",
      "pick2",
      "pick3",
      "pick4",
    ]);
    expect([alt("†", "KeyT"), alt("∫", "KeyB")]).toEqual(["tie", "bothBad"]);
    expect(alt("5", "Digit5")).toBeNull();
    expect(shortcutOf(press("1", { code: "Digit1" }), false)).toBeNull();
  });

  it("leaves AltGr characters and the browser's own keys alone", () => {
    expect(shortcutOf(press("®", { altKey: true, ctrlKey: true, code: "KeyR" }), true)).toBeNull();
    expect(shortcutOf(press("R", { ctrlKey: true, shiftKey: true }), false)).toBeNull();
    expect(shortcutOf(press("r", { ctrlKey: true }), false)).toBeNull();
  });

  it("shows help for ? only where ? is not a character", () => {
    expect(shortcutOf(press("?", { shiftKey: true, code: "Slash" }), false)).toBe("help");
    expect(shortcutOf(press("?", { shiftKey: true, code: "Slash" }), true)).toBeNull();
  });
});

describe("isMeantForComposer", () => {
  it("takes characters typed nowhere in particular, in any script", () => {
    expect(isMeantForComposer(press("h"), null)).toBe(true);
    expect(isMeantForComposer(press("你"), null)).toBe(true);
  });

  it("leaves shortcuts, named keys and Space alone", () => {
    for (const other of [press("c", { ctrlKey: true }), press("Tab"), press("ArrowDown"), press("F5"), press(" ")]) {
      expect(isMeantForComposer(other, null)).toBe(false);
    }
  });
});
