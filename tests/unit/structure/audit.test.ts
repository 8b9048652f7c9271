// Every procedure by which an admin changes something leads to the audit trail: followed through the source, call by call.
import path from "node:path";
import { expect, test } from "vitest";
import { appRouter } from "../../../server/api/root.ts";
import { read, sourceFiles } from "../../helpers/sources.ts";

/** Mutations without a line of their own, each with the reason. */
const UNRECORDED: Record<string, string> = {
  "check.tryOut": "a reply to look at; nothing is stored",
  "gate.taste": "an opinion, which is a row with its author",
  "import.begin": "the Dataset that it ends in is recorded (dataset.upload)",
  "import.cancel": "what was received is no Dataset yet",
  "reward.score": "figures to look at; nothing is changed",
  "trust.recompute": "works out anew what follows from the judgements",
};

interface Declaration {
  file: string;
  body: string;
}

/** Top-level declarations of the server by "<file>#<name>", and what each file imports by the name it has there. */
const declarations = new Map<string, Declaration>();
const imported = new Map<string, string>();
for (const file of sourceFiles().filter((name) => name.startsWith("server/"))) {
  const text = read(file);
  for (const part of text.split(/\n(?=(?:export |async |function |const |class ))/)) {
    const name = /^(?:export )?(?:async )?(?:function|const|class) (\w+)/.exec(part)?.[1];
    if (name) declarations.set(`${file}#${name}`, { file, body: part });
  }
  for (const [, names = "", from = ""] of text.matchAll(/import \{([^}]*)\} from "(\.[^"]+)"/g)) {
    const target = path.posix.join(path.posix.dirname(file), from);
    for (const entry of names.split(",")) {
      const [name, alias = name] = entry
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      if (name) imported.set(`${file}#${alias}`, `${target}#${name}`);
    }
  }
}

/** Whether something that is named in the text, or in what that names, … writes to the audit trail. */
function leadsToAudit(file: string, text: string, seen = new Set<string>()): boolean {
  for (const [name] of text.matchAll(/\b[a-zA-Z]\w*\b/g)) {
    const key = imported.get(`${file}#${name}`) ?? `${file}#${name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (key === "server/domain/audit.ts#recordAudit") return true;
    const found = declarations.get(key);
    if (found && leadsToAudit(found.file, found.body, seen)) return true;
  }
  return false;
}

/** The text of each procedure, by its path. */
function proceduresInSource(): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  const root = "server/api/root.ts";
  for (const [, group, router] of read(root).matchAll(/^ {2}(\w+): (\w+Router),$/gm)) {
    const declaration = declarations.get(imported.get(`${root}#${router}`) ?? "")!;
    for (const part of declaration.body.split(/\n(?= {2}\w+: )/).slice(1)) {
      const name = /^ {2}(\w+): /.exec(part)?.[1];
      found.set(`${group}.${name}`, { file: declaration.file, body: part });
    }
  }
  return found;
}

type Procedures = Record<string, { _def: { meta?: { role: string }; type: string } }>;
const changing = Object.entries(appRouter._def.procedures as unknown as Procedures)
  .filter(([, { _def }]) => _def.type === "mutation" && _def.meta?.role === "ADMIN")
  .map(([name]) => name);
const inSource = proceduresInSource();
const isRecorded = (name: string) => {
  const { file, body } = inSource.get(name)!;
  return leadsToAudit(file, body);
};

test("the source of every procedure is found", () => {
  expect(changing.length).toBeGreaterThan(30);
  expect(changing.filter((name) => !inSource.has(name))).toEqual([]);
});

test("what an admin changes is recorded", () => {
  expect(changing.filter((name) => !(name in UNRECORDED) && !isRecorded(name))).toEqual([]);
});

test("every exception is still one", () => {
  expect(Object.keys(UNRECORDED).filter((name) => !changing.includes(name) || isRecorded(name))).toEqual([]);
});

test("the walk can tell: what only reads leads nowhere", () => {
  for (const name of ["people.list", "webhook.list", "audit.list"])
    expect([name, isRecorded(name)]).toEqual([name, false]);
});
