// A process that calls the inference process as the web process does: within a request, and traced where the environment says so.
import { createRequire } from "node:module";
import { createEngineClient } from "../../server/engine-client.ts";
import { requireEnv } from "../../server/env.ts";
import { inRequest } from "../../server/request-scope.ts";
import { startTracing, traceContext } from "../../server/trace.ts";
import { inWork } from "../../server/work.ts";

const stopTracing = await startTracing("hone-web");
const engine = createEngineClient({ url: requireEnv("INFERENCE_URL"), secret: requireEnv("INFERENCE_SECRET") });
const request = new Request("http://localhost/api/trpc/message.send", { headers: { "x-request-id": "call-1" } });
let trace: ReturnType<typeof traceContext>;
await inRequest(request, "trpc", async () => {
  await engine.tokenize({ text: "hello" });
  trace = traceContext();
  return new Response();
});
// What the trainer does with the message of a queue.
await inWork({ kind: "run", id: "run-1", trace }, () => Promise.reject(new Error("out of memory"))).catch(() => {});
await stopTracing();
const { cache } = createRequire(import.meta.url);
console.log(Object.keys(cache).filter((file) => file.includes("@opentelemetry")).length);
