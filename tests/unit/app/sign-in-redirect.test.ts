// Where a person lands after signing in: a page of this site, whatever the address says.
import { describe, expect, it } from "vitest";
import { safeReturnPath } from "../../../app/_lib/sign-in-redirect.ts";

describe("safeReturnPath", () => {
  it("keeps pages of this site", () => {
    expect(safeReturnPath("/admin/runs?x=1")).toBe("/admin/runs?x=1");
  });

  it.each([
    null,
    undefined,
    "",
    "chat",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example",
    "javascript:alert(1)",
  ])("refuses %j", (path) => {
    expect(safeReturnPath(path)).toBe("/chat");
  });
});
