// One trace from the web process through inference into the trainer, at a collector that speaks OTLP; and nothing at all without one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngineClient } from "../../../server/engine-client.ts";
import { freePort } from "../../../server/free-port.ts";
import { writeTinyModel } from "../../helpers/tiny-model.ts";
import { SECRET, temporaryFolder } from "../inference/server.ts";

interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status?: { code?: number };
  attributes: { key: string; value: { stringValue?: string } }[];
}

const folder = temporaryFolder();
const spans: Span[] = [];
const collector = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString());
  for (const { resource, scopeSpans } of resourceSpans) {
    const service = resource.attributes.find((one: { key: string }) => one.key === "service.name").value.stringValue;
    for (const scope of scopeSpans) spans.push(...scope.spans.map((span: object) => ({ ...span, service })));
  }
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
});
let env: NodeJS.ProcessEnv;
let collectorUrl: string;

beforeAll(async () => {
  writeTinyModel(`${folder.path}/model.gguf`, { contextLength: 256 });
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  collectorUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const url = `http://127.0.0.1:${await freePort()}`;
  env = {
    ...{ ...process.env, INFERENCE_URL: url, INFERENCE_SECRET: SECRET, HONE_MODEL: `${folder.path}/model.gguf` },
    ...{ INFERENCE_THREADS: "1", LOG_LEVEL: "error", NODE_NO_WARNINGS: "1", HONE_HOME: folder.path },
  };
});
afterAll(() => {
  collector.close();
  folder.remove();
});

const node = (program: string, more: Record<string, string>) => {
  const child = spawn(process.execPath, ["--import", "tsx", program], {
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  return { child, ended: once(child, "close").then(([code]) => ({ code, output: output.trim() })) };
};

/** Both processes, from start to orderly end. @returns what the caller printed: how many files of OpenTelemetry it loaded */
async function callThrough(more: Record<string, string>): Promise<{ code: unknown; output: string }> {
  const inference = node("server/inference/main.ts", more);
  const client = createEngineClient({ url: env.INFERENCE_URL!, secret: SECRET });
  while (!(await client.health().catch(() => null))?.ready) {
    if (inference.child.exitCode !== null) throw new Error("the inference process ended");
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answer = await node("tests/helpers/traced-caller.ts", more).ended;
  inference.child.kill("SIGTERM");
  await inference.ended;
  return answer;
}

test("web, inference and trainer are spans of one trace, with the ids that stand in the logs", async () => {
  const { code, output } = await callThrough({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl });
  expect(code).toBe(0);
  expect(Number(output)).toBeGreaterThan(0);
  const named = (name: string) => spans.find((span) => span.name === name)!;
  const [web, inference, run] = [named("trpc"), named("inference /tokenize"), named("run")];
  expect([web.service, inference.service, run.service]).toEqual(["hone-web", "hone-inference", "hone-web"]);
  expect(inference).toMatchObject({ traceId: web.traceId, parentSpanId: web.spanId });
  expect(run).toMatchObject({ traceId: web.traceId, parentSpanId: web.spanId, status: { code: 2 } });
  const id = { key: "hone.request.id", value: { stringValue: "call-1" } };
  expect(web.attributes).toContainEqual(id);
  expect(inference.attributes).toContainEqual(id);
  expect(run.attributes).toContainEqual({ key: "hone.run.id", value: { stringValue: "run-1" } });
});

test("without an endpoint nothing of OpenTelemetry is loaded, and nothing is sent", async () => {
  spans.length = 0;
  expect(await callThrough({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toEqual({ code: 0, output: "0" });
  expect(spans).toEqual([]);
});
