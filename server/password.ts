/** Passwords: argon2id with OWASP's settings, and a check that takes as long for unknown people as for known ones. */

import { type Algorithm, hash, verify } from "@node-rs/argon2";

/** 19 MiB, 2 passes, 1 lane: the first of OWASP's recommended settings for argon2id. */
export const PASSWORD_HASHING = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

export const PASSWORD_LENGTH = { least: 8, most: 256 } as const;

export const hashPassword = (password: string) => hash(password, PASSWORD_HASHING);

let nobodysHash: Promise<string> | undefined;

/** Whether the password belongs to the hash. Without a hash it works as long, so that timing does not tell who has an account. */
export async function passwordFits(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword("nobody has this password");
  const fits = await verify(passwordHash ?? (await nobodysHash), password);
  return Boolean(passwordHash) && fits;
}
