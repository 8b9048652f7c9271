// The fingerprint of a set of files: what a build or a generated client was made from.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** Made from the sources, or no source of the web pages. */
const SKIPPED = new Set(["node_modules", "generated"]);

/**
 * Hash over names and contents of every file under `paths`, in a fixed order. Times and permissions do not count, so
 * a fresh checkout of the same commit has the same fingerprint.
 * @returns 64 hexadecimal digits
 */
export function fingerprint(root: string, paths: string[]): string {
  const hash = createHash("sha256");
  const visit = (relative: string) => {
    const file = path.join(root, relative);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      if (SKIPPED.has(path.basename(file))) return;
      for (const entry of fs.readdirSync(file).sort()) visit(path.posix.join(relative, entry));
      return;
    }
    hash.update(`${relative}\0${stat.size}\0`).update(fs.readFileSync(file));
  };
  for (const one of paths) visit(one);
  return hash.digest("hex");
}
