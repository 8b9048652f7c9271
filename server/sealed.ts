/** Secrets that must be used again and so cannot be hashed: kept under a key that the environment has and the database has not. */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Env } from "./env.ts";
import { AppError } from "./errors.ts";

/** Says by which construction the rest was made. */
const START = "sealed1:";
const [IV_BYTES, TAG_BYTES] = [12, 16];

type Keeper = Pick<Env, "NEXTAUTH_SECRET">;

/** 256 bits for one purpose from the instance's secret (HKDF-SHA256, RFC 5869), so that no two uses share a key. */
function keyFor({ NEXTAUTH_SECRET: secret }: Keeper, purpose: string): Buffer {
  if (secret) return Buffer.from(hkdfSync("sha256", secret, "", `hone ${purpose}`, 32));
  throw new AppError("INTERNAL", 'NEXTAUTH_SECRET: missing; start with "npm start", which sets it, or set it.');
}

export interface Sealing {
  /** Of the key: "webhook secret". */
  purpose: string;
  /** What the secret belongs to: it opens beside nothing else. */
  of: string;
}

/** AES-256-GCM (NIST SP 800-38D) with a random nonce: 96 bits, nonce, ciphertext and tag in base64. */
export function seal(keeper: Keeper, text: string, { purpose, of }: Sealing): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyFor(keeper, purpose), iv).setAAD(Buffer.from(of));
  const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return START + sealed.toString("base64");
}

/** Null where it was sealed under another secret, belongs to something else, or was changed. */
export function unseal(keeper: Keeper, sealed: string, { purpose, of }: Sealing): string | null {
  const bytes = Buffer.from(sealed.slice(START.length), "base64");
  if (!sealed.startsWith(START) || bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv("aes-256-gcm", keyFor(keeper, purpose), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(of))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return null;
  }
}
