// Reads a Dockerfile as Docker does, as far as ours go: instructions, stages and build arguments; complains of what it does not know.

export interface Instruction {
  name: string;
  /** As written, with continued lines joined. */
  text: string;
  /** Of the JSON form, null for a shell command. */
  words: string[] | null;
  /** "--from=build" as {from: "build"}. */
  flags: Record<string, string>;
}

export interface Stage {
  name: string;
  /** An image, or an earlier stage. */
  from: string;
  instructions: Instruction[];
}

const KNOWN = ["FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"];

/** @param args values of build arguments, as given by --build-arg */
export function readDockerfile(text: string, args: Record<string, string> = {}): Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line) && line.trim() !== "")
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  const values: Record<string, string> = {};
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name, rest] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
    if (!name || !rest || !KNOWN.includes(name)) throw new Error(`not understood: ${line}`);
    if (name === "ARG" && stages.length === 0) {
      const [key, otherwise] = rest.split("=");
      values[key!] = args[key!] ?? otherwise ?? "";
    } else if (name === "FROM") {
      const [, from, as] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      if (!from) throw new Error(`not understood: ${line}`);
      const filled = from.replaceAll(/\$\{(\w+)\}/g, (_, key) => values[key] ?? "");
      stages.push({ name: as ?? filled, from: filled, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`before any FROM: ${line}`);
      stage.instructions.push(instruction(name, rest));
    }
  }
  return stages;
}

function instruction(name: string, rest: string): Instruction {
  const flags: Record<string, string> = {};
  const text = rest.replaceAll(/(?:^|\s)--([a-z-]+)=(\S+)(?= )/g, (whole, key, value, at) => {
    const before = rest.slice(0, at).trim();
    if (before !== "" && !before.startsWith("--")) return whole;
    flags[key] = value;
    return "";
  });
  const json = /(\[.*\])\s*$/.exec(text)?.[1];
  return {
    name,
    text: text.trim(),
    flags,
    words: json && ["CMD", "HEALTHCHECK"].includes(name) ? JSON.parse(json) : null,
  };
}

/** Everything that is in force in a stage, from its first ancestor on. */
export function inForce(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((one) => one.name === name);
  if (!stage) return [];
  return [...inForce(stages, stage.from), ...stage.instructions];
}
