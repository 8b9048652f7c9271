// The environment, and what the headers of a request are believed.
import { describe, expect, test } from "vitest";
import { clientIp, isSameOrigin } from "../../../server/client.ts";
import { EnvError, parseEnv } from "../../../server/env.ts";

describe("settings", () => {
  test("without any there are defaults, and empty ones count as none", () => {
    expect(parseEnv({})).toMatchObject({
      PORT: 3000,
      HOST: "127.0.0.1",
      HONE_MODEL: "models/starter.gguf",
      SIGN_UP: "open",
    });
    expect(parseEnv({ PORT: "", ADMIN_EMAIL: " " })).toEqual(parseEnv({}));
  });

  test.each([
    ["PORT", "http", /PORT: "http"/],
    ["PORT", "70000", /PORT: "70000"/],
    ["DATABASE_URL", "mysql://user:hush@host/db", /DATABASE_URL: its value \(not shown\)/],
    ["ADMIN_PASSWORD", "short", /ADMIN_PASSWORD: its value \(not shown\)/],
    ["SIGN_UP", "maybe", /SIGN_UP: "maybe"/],
    ["LOG_LEVEL", "loud", /LOG_LEVEL: "loud"/],
    ["GITHUB_ID", "abc", /GITHUB_SECRET: missing, but needed because GITHUB_ID is set/],
    ["OIDC_ISSUER", "https://id.example.com", /OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: missing/],
  ])("%s=%s stops the start with a sentence", (name, value, sentence) => {
    expect(() => parseEnv({ [name]: value })).toThrow(EnvError);
    expect(() => parseEnv({ [name]: value })).toThrow(sentence);
    expect(() => parseEnv({ [name]: value })).not.toThrow(/hush|short\b/);
  });

  test("every bad setting is named at once", () => {
    expect(() => parseEnv({ PORT: "x", SIGN_UP: "y", GOOGLE_ID: "z" })).toThrow(/PORT.*\n.*SIGN_UP.*\n.*GOOGLE_SECRET/);
  });
});

test("only the addresses that trusted proxies wrote are believed", () => {
  const headers = (value?: string) => new Headers(value === undefined ? {} : { "x-forwarded-for": value });
  expect(clientIp(headers("198.51.100.7"), 0)).toBe("198.51.100.7");
  expect(clientIp(headers("6.6.6.6, 198.51.100.7"), 1)).toBe("198.51.100.7");
  expect(clientIp(headers("6.6.6.6, 198.51.100.7, 10.0.0.1"), 2)).toBe("198.51.100.7");
  expect(clientIp(headers("198.51.100.7"), 3)).toBe("198.51.100.7");
  expect(clientIp(headers(), 0)).toBe("unknown");
});

describe("same origin", () => {
  const from = (headers: Record<string, string>, own?: string) => isSameOrigin(new Headers(headers), own);
  test("a browser's own word decides", () => {
    expect(from({ "sec-fetch-site": "same-origin" })).toBe(true);
    expect(from({ "sec-fetch-site": "none" })).toBe(true);
    expect(from({ "sec-fetch-site": "same-site", origin: "http://hone.example", host: "hone.example" })).toBe(false);
    expect(from({ "sec-fetch-site": "cross-site" })).toBe(false);
  });
  test("older browsers go by the Origin header", () => {
    expect(from({ origin: "http://localhost:3000", host: "localhost:3000" })).toBe(true);
    expect(from({ origin: "http://evil.example", host: "localhost:3000" })).toBe(false);
    expect(from({ origin: "https://hone.example", host: "web:3000" }, "https://hone.example")).toBe(true);
    expect(from({ origin: "null", host: "localhost:3000" })).toBe(false);
  });
  test("programs send neither", () => expect(from({ host: "localhost:3000" })).toBe(true));
});
