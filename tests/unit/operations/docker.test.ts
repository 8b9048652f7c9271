// The container files, as far as a parser goes: every file and command they name exists, nobody is root, and every setting is one of ours.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ENV_NAMES } from "../../../server/env.ts";
import { inForce, readDockerfile } from "../../helpers/dockerfile.ts";
import { read, root } from "../../helpers/sources.ts";

interface Service {
  image?: string;
  build?: { context?: string; dockerfile?: string; target?: string; args?: Record<string, string> };
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }> | string[];
  network_mode?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  cap_drop?: string[];
  ports?: string[];
  secrets?: string[];
}
interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, unknown>;
  secrets?: Record<string, unknown>;
}

const compose = (file: string): Compose => parse(read(`docker/${file}`), { merge: true });
const main = compose("compose.yaml");
const PROCESSES = ["web", "inference", "trainer"];
const there = (file: string) => fs.existsSync(path.join(root, file));

/** Files of ours that a command names. */
const filesIn = (words: readonly string[]) =>
  words
    .flatMap(
      (word) => word.match(/(?:^|[\s"])((?:scripts|server|trainer|docker|prisma)\/[\w./-]+\.(?:m?js|ts))/g) ?? [],
    )
    .map((w) => w.trim());

describe.each(["cpu", "cuda"])("Dockerfile, variant %s", (variant) => {
  const stages = readDockerfile(read("docker/Dockerfile"), { VARIANT: variant });

  test("every stage begins with an image or an earlier stage", () => {
    for (const [at, { from }] of stages.entries()) {
      const earlier = stages.slice(0, at).some(({ name }) => name === from);
      expect(earlier || /^[\w./-]+:[\w.-]+$/.test(from), from).toBe(true);
    }
  });

  test("what is copied is there, and not left out of the build's context", () => {
    const ignored = read(".dockerignore").trim().split("\n");
    for (const { instructions } of stages) {
      for (const { name, text, flags } of instructions) {
        if (name !== "COPY") continue;
        const sources = text.split(/\s+/).slice(0, -1);
        if (flags.from) {
          expect(stages.some((stage) => stage.name === flags.from) || flags.from.includes(":"), flags.from).toBe(true);
          continue;
        }
        for (const source of sources) {
          expect(there(source), source).toBe(true);
          expect(ignored).not.toContain(source);
        }
      }
    }
  });

  test.each(PROCESSES)("%s runs as a plain user, says how it is, and its commands exist", (target) => {
    const all = inForce(stages, target);
    const last = (name: string) => all.filter((one) => one.name === name).at(-1);
    expect(last("USER")?.text).toBe("node");
    expect(last("VOLUME")?.text).toBe("/data");
    expect(last("HEALTHCHECK")?.words).toEqual(["node", "docker/health.mjs", target]);
    const command = last("CMD")!.words!;
    expect(command[0]).toBe("node");
    for (const file of filesIn([...command, "docker/health.mjs"])) expect(there(file), file).toBe(true);
    if (target === "web") expect(there("node_modules/next/dist/bin/next")).toBe(true);
  });

  test("secrets, data and builds of this machine stay out of the image", () => {
    const patterns = read(".dockerignore").trim().split("\n");
    const leftOut = (file: string) =>
      patterns.some((pattern) => {
        const plain = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
        return new RegExp(`^${plain.join("[^/]*")}(/|$)`).test(file);
      });
    for (const file of [".env", ".env.local", ".env.production.local", "docker/.env", "docker/.env.bak", ".git/config"])
      expect(leftOut(file), file).toBe(true);
    for (const file of [".hone/secrets.json", "backups/hone.tar", "hone.tar", "node_modules/x", ".next/server/app.js"])
      expect(leftOut(file), file).toBe(true);
    for (const file of ["server/env.ts", "models/starter.gguf", "docker/health.mjs"])
      expect(leftOut(file), file).toBe(false);
  });

  test("programs that building runs are there", () => {
    const runs = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === "RUN"));
    const programs = runs.flatMap(({ text }) => text.match(/(?:node_modules|scripts)\/[\w./-]+/g) ?? []);
    expect(programs).toContain("node_modules/prisma/build/index.js");
    for (const program of programs) expect(there(program), program).toBe(true);
  });
});

describe("compose.yaml", () => {
  test("images are built from targets that exist", () => {
    const targets = new Set(readDockerfile(read("docker/Dockerfile")).map(({ name }) => name));
    for (const [name, { build }] of Object.entries(main.services)) {
      if (!build) continue;
      expect(build.context, name).toBe("..");
      expect(there(build.dockerfile!), name).toBe(true);
      expect(targets, name).toContain(build.target);
    }
    expect(PROCESSES.map((name) => main.services[name]!.build!.target)).toEqual(PROCESSES);
  });

  test("services, volumes and networks that are spoken of are there; commands and volumes as well", () => {
    for (const [name, service] of Object.entries(main.services)) {
      const needed = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
      if (service.network_mode) needed.push(service.network_mode.replace(/^service:/, ""));
      for (const other of needed) expect(main.services, `${name} → ${other}`).toHaveProperty(other);
      for (const volume of service.volumes ?? []) expect(main.volumes, name).toHaveProperty(volume.split(":")[0]!);
      for (const file of filesIn([...(service.command ?? []), ...(service.entrypoint ?? [])]))
        expect(there(file), file).toBe(true);
    }
  });

  test("a service waits for health only of one that tells it", () => {
    for (const { depends_on } of Object.values(main.services)) {
      for (const [name, { condition }] of Object.entries((depends_on ?? {}) as Record<string, { condition: string }>)) {
        if (condition === "service_healthy") expect(main.services[name]!.healthcheck?.test, name).toBeDefined();
      }
    }
  });

  test("settings are ours, all share one network, nothing has capabilities, and only loopback is open", () => {
    const own = new Set<string>([...ENV_NAMES, "INFERENCE_GPU"]);
    for (const name of PROCESSES) {
      const { environment, cap_drop, network_mode } = main.services[name]!;
      expect(
        Object.keys(environment!).filter((key) => !own.has(key)),
        name,
      ).toEqual([]);
      expect(cap_drop, name).toEqual(["ALL"]);
      expect(network_mode, name).toBe("service:network");
    }
    const ports = ["compose.yaml", "compose.watch.yaml"].flatMap((file) =>
      Object.values(compose(file).services).flatMap((service) => service.ports ?? []),
    );
    expect(ports.length).toBeGreaterThan(2);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  test("what must be set is said at its top", () => {
    for (const file of ["compose.yaml", "compose.watch.yaml"]) {
      const text = read(`docker/${file}`);
      const opening = text
        .split("\n")
        .filter((line) => line.startsWith("#"))
        .join(" ");
      for (const [, name] of text.matchAll(/\$\{(\w+):\?\}/g)) expect(opening, `${file} ${name}`).toContain(name);
    }
  });
});

describe("what lies on top", () => {
  test("compose.cuda.yaml changes services that are there, and gives them a GPU", () => {
    const { services } = compose("compose.cuda.yaml");
    expect(Object.keys(services).sort()).toEqual(["inference", "trainer"]);
    for (const [name, service] of Object.entries(services)) {
      expect(main.services).toHaveProperty(name);
      expect(service.build?.args).toEqual({ VARIANT: "cuda" });
      expect(service).toHaveProperty("deploy.resources.reservations.devices");
    }
  });

  test("compose.watch.yaml mounts files that are there", () => {
    const { services, volumes, secrets } = compose("compose.watch.yaml");
    for (const [name, service] of Object.entries(services)) {
      for (const volume of service.volumes ?? []) {
        const [source] = volume.split(":");
        if (source!.startsWith(".")) expect(there(path.join("docker", source!)), source).toBe(true);
        else expect(volumes, name).toHaveProperty(source!);
      }
      for (const secret of service.secrets ?? []) expect(secrets, name).toHaveProperty(secret);
    }
  });
});
