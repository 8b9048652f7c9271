// Which language a request gets.
import { describe, expect, it } from "vitest";
import { negotiateLocale } from "../../../server/locale.ts";

describe("negotiateLocale", () => {
  it.each([
    ["zh", "en-GB,en;q=0.9", "zh"],
    ["xx", "zh-CN,zh;q=0.9,en;q=0.8", "zh"],
    [undefined, "zh-Hant-TW", "zh"],
    [undefined, "de-DE,de;q=0.9,zh;q=0.5,en;q=0.7", "en"],
    [undefined, "en;q=0, zh;q=0.1", "zh"],
    [undefined, "fr", "en"],
    [undefined, "", "en"],
    [undefined, null, "en"],
    [undefined, ";;,q=,zh;q=nonsense", "en"],
  ])("cookie %s and Accept-Language %s give %s", (cookie, acceptLanguage, locale) => {
    expect(negotiateLocale(cookie, acceptLanguage)).toBe(locale);
  });
});
