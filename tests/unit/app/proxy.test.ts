// The Content-Security-Policy of pages: fresh per request, strict about scripts, and the same for Next and the browser.
import { NextRequest } from "next/server";
import { expect, it } from "vitest";
import { config, proxy } from "../../../proxy.ts";

const policyOf = (path: string) => {
  const response = proxy(new NextRequest(`http://localhost${path}`));
  return {
    sent: response.headers.get("content-security-policy") ?? "",
    forNext: response.headers.get("x-middleware-request-content-security-policy"),
    nonce: response.headers.get("x-middleware-request-x-nonce"),
  };
};

it("gives the browser and Next the same policy with the same nonce, new each time", () => {
  const [first, second] = [policyOf("/chat"), policyOf("/chat")];
  expect(first.forNext).toBe(first.sent);
  expect(first.sent).toContain(`'nonce-${first.nonce}'`);
  expect(first.nonce).not.toBe(second.nonce);
});

it("lets no inline or foreign script run and no other site frame a page", () => {
  const { sent } = policyOf("/chat");
  const directive = (name: string) => sent.split("; ").find((part) => part.startsWith(`${name} `));
  expect(directive("script-src")).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
  expect(directive("img-src")).toBe("img-src 'self' data: blob:");
  expect(directive("connect-src")).toBe("connect-src 'self'");
  expect(directive("frame-ancestors")).toBe("frame-ancestors 'none'");
});

it("leaves interfaces and static files alone", () => {
  const matcher = new RegExp(`^${config.matcher[0]}$`);
  for (const page of ["/", "/chat/1", "/admin/runs", "/v1x", "/apiary"]) expect(page).toMatch(matcher);
  for (const other of ["/api/trpc/x", "/v1/models", "/_next/static/a.js"]) expect(other).not.toMatch(matcher);
});
