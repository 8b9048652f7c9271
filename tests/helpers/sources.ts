// The repository's own source files and what they import, read as text: for the tests of the structure.
import fs from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

const FOLDERS = ["app", "docker", "prisma", "scripts", "server", "tests", "trainer"];
const CODE = /\.(ts|tsx|mjs|js)$/;
const MADE_BY_TOOLS = /(^|\/)(node_modules|generated|empty-package)(\/|$)/;

/** Paths relative to the root, with forward slashes, of every file written by hand. */
export function sourceFiles(): string[] {
  const top = fs.readdirSync(root).filter((name) => CODE.test(name) && name !== "next-env.d.ts");
  const below = FOLDERS.flatMap((folder) => {
    if (!fs.existsSync(path.join(root, folder))) return [];
    const names = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
    return names.map((name) => path.posix.join(folder, name.replaceAll(path.sep, "/")));
  });
  return [...top, ...below].filter((file) => CODE.test(file) && !MADE_BY_TOOLS.test(file)).sort();
}

export const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");

export interface Import {
  from: string;
  /** A path relative to the root, or the name of a package. */
  to: string;
  /** `import type` and `export type` leave nothing behind when the program runs. */
  typeOnly: boolean;
}

const STATEMENTS = [
  /^\s*(?:import|export)\s+(type\s)?[^"'`;]*?from\s*["']([^"']+)["']/gm,
  /^\s*import\s+()["']([^"']+)["']/gm,
  /\bimport\(\s*(?:\/\*.*?\*\/\s*)?()["']([^"']+)["']/g,
];

export function importsOf(file: string): Import[] {
  const text = read(file);
  return STATEMENTS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, type, name]) => ({
      from: file,
      to: name!.startsWith(".") ? path.posix.normalize(path.posix.join(path.posix.dirname(file), name!)) : name!,
      typeOnly: !!type,
    })),
  );
}
