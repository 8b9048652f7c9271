// What lies where under HONE_HOME, and the secrets that are made there once.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { refuseUnfinishedRestore } from "../backup/unfinished.ts";
import { readJson } from "../start/lock.mjs";
import { StartError } from "../start/report.mjs";

/** Less free space than this and the database may fail in the middle of a write; better not to start. */
const LEAST_FREE_BYTES = 200 * 2 ** 20;

export interface Secrets {
  nextAuth: string;
  inference: string;
  adminPassword: string;
}

/** Paths under HONE_HOME. Adapters and checkpoints are written by the trainer, downloaded models by the supervisor. */
export function homeLayout(home: string) {
  return {
    home,
    logs: path.join(home, "logs"),
    models: path.join(home, "models"),
    adapters: path.join(home, "adapters"),
    checkpoints: path.join(home, "checkpoints"),
    postgres: path.join(home, "postgres"),
    secrets: path.join(home, "secrets.json"),
    adminLogin: path.join(home, "admin-login.txt"),
    children: path.join(home, "children.json"),
  };
}

export type HomeLayout = ReturnType<typeof homeLayout>;

/** @throws StartError DISK_FULL when the disk has too little left to work with, RESTORE_UNFINISHED */
export function prepareHome(layout: HomeLayout): void {
  refuseUnfinishedRestore(layout.home);
  for (const folder of [layout.logs, layout.models, layout.adapters, layout.checkpoints]) {
    fs.mkdirSync(folder, { recursive: true });
  }
  const { bavail, bsize } = fs.statfsSync(layout.home);
  const free = bavail * bsize;
  if (free < LEAST_FREE_BYTES) {
    const megabytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MB`;
    throw new StartError(
      "DISK_FULL",
      `Only ${megabytes(free)} are free where ${layout.home} lies; Hone wants at least ${megabytes(LEAST_FREE_BYTES)}. Free some space, or set HONE_HOME to another disk.`,
    );
  }
}

/** Reads the secrets, making those that are missing. The file is replaced whole, never written in place. */
export function ensureSecrets(file: string): Secrets {
  const known = readJson<Partial<Secrets>>(file) ?? {};
  const random = (bytes: number) => randomBytes(bytes).toString("base64url");
  const secrets: Secrets = {
    nextAuth: known.nextAuth ?? random(32),
    inference: known.inference ?? random(32),
    adminPassword: known.adminPassword ?? random(12),
  };
  if (known.nextAuth && known.inference && known.adminPassword) return secrets;
  writePrivately(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivately(file: string, text: string): void {
  const part = `${file}.part`;
  const handle = fs.openSync(part, "w", 0o600);
  try {
    fs.writeFileSync(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(part, file);
}
