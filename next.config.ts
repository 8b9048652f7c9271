// How Next builds and serves the pages: what stays out of the bundle, and the headers every answer carries.
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

/** Headers that do not change from request to request; the Content-Security-Policy has a nonce and is set in proxy.ts. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), browsing-topics=()" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
];

const config: NextConfig = {
  // A second server on the same tree (development beside a build) needs its own directory.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  poweredByHeader: false,
  // Native or large server packages are loaded by Node, not bundled.
  serverExternalPackages: [
    "@node-rs/argon2",
    "@prisma/client",
    "@prisma/adapter-pg",
    "pg",
    "pg-boss",
    "pino",
    "prom-client",
    "@opentelemetry/api",
    "@opentelemetry/sdk-trace-node",
    "@opentelemetry/exporter-trace-otlp-http",
    "@opentelemetry/resources",
    "node-llama-cpp",
    "onnxruntime-node",
    "@tensorflow/tfjs",
  ],
  turbopack: { root: import.meta.dirname },
  // `npm run check` checks types with TypeScript 7, whose compiler API Next does not call.
  // Next rewrites a tsconfig to its liking, but never one that extends another.
  typescript: { ignoreBuildErrors: true, tsconfigPath: "tsconfig.next.json" },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default createNextIntlPlugin("./server/i18n.ts")(config);
