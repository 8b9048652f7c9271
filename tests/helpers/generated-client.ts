// Runs once before any test: the generated database client must fit the schema.
import path from "node:path";
import { ensurePrismaClient } from "../../scripts/supervisor/build.ts";

export default async function setup(): Promise<void> {
  await ensurePrismaClient({
    root: path.resolve(import.meta.dirname, "../.."),
    env: process.env,
    say: console.log,
    step: (_doing, work) => work(),
  });
}
