// The health checks of the containers, as Docker runs them: an exit status, and what is wrong on standard error.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { beat, ownSign, sayGoodbye } from "../../../server/domain/system/beat.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";

const run = promisify(execFile);
let database: TestDatabase;
let db: Db;
let server: Server;
let port: number;
let ready = true;
let asked: { url: string | undefined; authorization: string | undefined }[] = [];

const check = (process_: string) =>
  run(process.execPath, ["docker/health.mjs", process_], {
    env: {
      ...{ ...process.env, PORT: String(port), INFERENCE_URL: `http://127.0.0.1:${port}`, INFERENCE_SECRET: "secret" },
      DATABASE_URL: database.url,
    },
  }).then(
    () => ({ code: 0, said: "" }),
    (error) => ({ code: error.code as number, said: String(error.stderr) }),
  );

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { connections: 1 });
  server = createServer(({ url, headers }, response) => {
    asked.push({ url, authorization: headers.authorization });
    response.writeHead(ready ? 200 : 503).end(JSON.stringify({ ready, database: ready }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.close();
  await db.$disconnect();
  await database.drop();
});

test("web and inference are well when they are ready, and say what is wrong when not", async () => {
  expect(await check("web")).toEqual({ code: 0, said: "" });
  expect(await check("inference")).toEqual({ code: 0, said: "" });
  expect(asked).toEqual([
    { url: "/api/health/ready", authorization: undefined },
    { url: "/health", authorization: "Bearer secret" },
  ]);
  ready = false;
  asked = [];
  expect(await check("web")).toEqual({ code: 1, said: expect.stringContaining('HTTP 503: {"ready":false') });
});

test("the trainer is well while it gives signs of life on this machine", async () => {
  expect(await check("trainer")).toEqual({ code: 1, said: expect.stringContaining("no sign of life from trainer:") });
  const sign = ownSign("trainer");
  await beat(db, { ...sign, id: "trainer:another-machine:1" });
  expect(await check("trainer")).toMatchObject({ code: 1 });
  await beat(db, sign);
  expect(await check("trainer")).toEqual({ code: 0, said: "" });
  await sayGoodbye(db, sign.id);
  expect(await check("trainer")).toMatchObject({ code: 1 });
});

test("an unknown process is a mistake", async () => {
  expect(await check("webb")).toEqual({
    code: 2,
    said: expect.stringContaining("web, inference, trainer; found webb"),
  });
});
