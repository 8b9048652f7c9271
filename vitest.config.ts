// Vitest: `unit` needs nothing but the code, `integration` gets a real PostgreSQL and real models, `faults` breaks whole instances.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks", // native modules (llama.cpp, onnxruntime, argon2) want a process of their own
    maxWorkers: 2,
    passWithNoTests: true,
    globalSetup: ["tests/helpers/generated-client.ts"],
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["tests/unit/**/*.test.{ts,tsx}"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: ["tests/helpers/database-server.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: "faults",
          include: ["tests/faults/**/*.test.ts"],
          fileParallelism: false, // each starts whole instances
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
