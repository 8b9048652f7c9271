// Metrics: who may read them, and that what was counted is written as Prometheus reads it.
import { beforeEach, describe, expect, test } from "vitest";
import { parseEnv } from "../../../server/env.ts";
import { observeCall, observeReply, writeMetrics } from "../../../server/metrics.ts";
import { admitToMetrics } from "../../../server/metrics-door.ts";
import { readSamples } from "../../helpers/prometheus.ts";

describe("the door", () => {
  const here = { HOST: "127.0.0.1", NEXTAUTH_URL: "http://localhost:3000" };
  const ask = (settings: Record<string, string>, headers: Record<string, string> = {}) => {
    const all = new Headers({ "x-forwarded-for": "127.0.0.1", host: "localhost:3000", ...headers });
    return () => admitToMetrics(all, parseEnv({ ...here, ...settings }));
  };
  const token = "a token of some length";

  test("without a token, programs of this machine", () => {
    expect(ask({})).not.toThrow();
    expect(ask({ HOST: "::1", NEXTAUTH_URL: "" }, { "x-forwarded-for": "::1", host: "[::1]:3000" })).not.toThrow();
  });
  test.each([
    ["somebody else", {}, { "x-forwarded-for": "203.0.113.7" }],
    ["a forged address where others can connect", { HOST: "0.0.0.0" }, {}],
    ["a proxy on this machine that says nothing", { NEXTAUTH_URL: "https://chat.example.org" }, {}],
    ["a forged address before a proxy", { TRUSTED_PROXIES: "1" }, { "x-forwarded-for": "127.0.0.1, 203.0.113.7" }],
    ["a page whose name was made to lead here", {}, { host: "rebound.example.com:3000" }],
    ["whoever says nothing of where they asked", {}, { host: "" }],
  ])("without a token, not %s", (_who, settings, headers) => {
    expect(ask(settings, headers)).toThrow("METRICS_TOKEN");
  });
  test("with a token, whoever has it, from anywhere, and nobody else", () => {
    const far = { "x-forwarded-for": "203.0.113.7" };
    expect(ask({ METRICS_TOKEN: token, HOST: "0.0.0.0" }, { ...far, authorization: `Bearer ${token}` })).not.toThrow();
    for (const said of ["", token, `Bearer ${token}x`, "Bearer "])
      expect(ask({ METRICS_TOKEN: token }, { authorization: said })).toThrow("Bearer");
  });
  test("a token that is too short is no token", () => {
    expect(() => parseEnv({ METRICS_TOKEN: "short" })).toThrow(/METRICS_TOKEN: its value \(not shown\)/);
  });
});

describe("what is counted", () => {
  beforeEach(() => {
    (globalThis as { honeMetrics?: object }).honeMetrics = undefined;
  });
  test("calls by name and end, replies by release, tokens, and times", async () => {
    observeCall("run.list", "query", "OK", 0.02);
    observeCall("run.list", "query", "FORBIDDEN", 0.001);
    observeReply({ outcome: "COMPLETE", release: 3, tokens: 12, seconds: 0.7, firstTokenSeconds: 0.15 });
    observeReply({ outcome: "FAILED", release: null, tokens: 0, seconds: 8, firstTokenSeconds: null });
    const samples = readSamples(await writeMetrics());
    expect(samples.get('hone_call_seconds_count{procedure="run.list",type="query",code="OK"}')).toBe(1);
    expect(samples.get('hone_call_seconds_count{procedure="run.list",type="query",code="FORBIDDEN"}')).toBe(1);
    expect(samples.get('hone_replies_total{outcome="COMPLETE",release="3"}')).toBe(1);
    expect(samples.get('hone_replies_total{outcome="FAILED",release="none"}')).toBe(1);
    expect(samples.get('hone_reply_tokens_total{release="3"}')).toBe(12);
    expect(samples.get("hone_first_token_seconds_count")).toBe(1);
    expect(samples.get("hone_reply_seconds_sum")).toBeCloseTo(8.7);
    expect(samples.get("process_cpu_seconds_total")).toBeGreaterThan(0);
  });
});
