/** Runs once when a web process starts, before it answers anybody. */

export async function register(): Promise<void> {
  // The build and the edge runtime have no database, and nothing to keep up.
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  if (!process.env.DATABASE_URL) return;
  const [{ services }, { startUpkeep }, { startTracing }] = await Promise.all([
    import("./server/services.ts"),
    import("./server/upkeep.ts"),
    import("./server/trace.ts"),
  ]);
  await startTracing("hone-web");
  const stopUpkeep = startUpkeep(services());
  // Before Next's own, which closes the server and then ends the process.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.prependOnceListener(signal, () => void stopUpkeep());
}
