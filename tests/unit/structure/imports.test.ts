// Imports point one way: app → server/api → server/domain → prisma, trainer → server, and the engines know no database.
import { expect, test } from "vitest";
import { importsOf, sourceFiles } from "../../helpers/sources.ts";

/** The first zone whose pattern fits a file is its zone. */
const ZONES: [zone: string, pattern: RegExp][] = [
  // Plain values and schemas that everybody may name; they import nothing of the others.
  ["vocabulary", /^(prisma\/generated\/enums|server\/domain\/(run-config|views)(\/[\w-]+)?)\.ts$/],
  ["routes", /^app\/(api|v1)\//],
  ["pages", /^app\//],
  ["api", /^server\/api\//],
  ["domain", /^server\/domain\//],
  ["inference", /^server\/inference\//],
  ["gguf", /^server\/gguf\//],
  ["engine-client", /^server\/engine-client/],
  ["prisma", /^prisma\//],
  ["services", /^server\/(services|upkeep)\.ts$/],
  ["database", /^server\/(db|auth|rate-limit|embedded-postgres)/],
  ["server", /^server\//],
  ["engine", /^trainer\/engine\//],
  ["starter", /^trainer\/starter\//],
  ["trainer", /^trainer\//],
  ["scripts", /^scripts\//],
  ["tests", /^tests\//],
];

/** Where the arrows of each zone may end, besides in the zone itself. */
const MAY_IMPORT: Record<string, string[]> = {
  pages: ["api", "database", "server"],
  routes: ["api", "domain", "services", "database", "server", "engine-client"],
  api: ["domain", "services", "database", "server", "engine-client"],
  domain: ["prisma", "services", "database", "server", "engine-client"],
  services: ["domain", "database", "server", "engine-client"], // what a process is made of, put together once
  database: ["prisma", "server"],
  server: [],
  vocabulary: ["server"],
  inference: ["gguf", "server"],
  gguf: ["server"],
  "engine-client": ["inference", "server"], // its protocol only, see below
  prisma: ["server"],
  engine: ["gguf", "server"],
  trainer: ["engine", "gguf", "domain", "database", "engine-client", "server"],
  starter: ["trainer", "engine", "gguf", "server"],
};

const zoneOf = (file: string) => ZONES.find(([, pattern]) => pattern.test(file))?.[0];
const imports = sourceFiles().flatMap(importsOf);

test("no arrow points the wrong way", () => {
  const wrong = imports.flatMap(({ from, to }) => {
    const [start, end] = [zoneOf(from), zoneOf(to)];
    if (!start || !end || start === end || end === "vocabulary" || start === "scripts" || start === "tests") return [];
    return MAY_IMPORT[start]?.includes(end) ? [] : [`${from} (${start}) → ${to} (${end})`];
  });
  expect(wrong).toEqual([]);
});

test("nothing that ships imports from tests or scripts", () => {
  const shipping = /^(app|server|trainer|prisma)\//;
  const wrong = imports.filter(({ from, to }) => shipping.test(from) && /^(tests|scripts)\//.test(to));
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test("the client of the inference process knows its protocol and nothing else of it", () => {
  const wrong = imports.filter(
    ({ from, to }) => zoneOf(from) === "engine-client" && zoneOf(to) === "inference" && !/\/protocol\.ts$/.test(to),
  );
  expect(wrong).toEqual([]);
});

test("inference and the training engines reach no database, and only they and the trainer load native engines", () => {
  const databases = /^(pg|pg-boss|@prisma\/.*)$/;
  const engines = /^(node-llama-cpp|onnxruntime-node|@tensorflow\/tfjs.*)$/;
  const wrong = imports.filter(({ from, to, typeOnly }) => {
    const zone = zoneOf(from) ?? "";
    if (["inference", "engine", "gguf"].includes(zone) && databases.test(to)) return true;
    return ["pages", "routes", "api", "domain", "database"].includes(zone) && engines.test(to) && !typeOnly;
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test("the walk sees imports at all", () => {
  expect(imports.length).toBeGreaterThan(200);
  expect(imports).toContainEqual({ from: "scripts/supervisor.ts", to: "scripts/supervisor/home.ts", typeOnly: false });
});
