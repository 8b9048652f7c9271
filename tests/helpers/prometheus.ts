// Reads Prometheus' text format, version 0.0.4, and complains of anything that Prometheus would not take.

// "Nan" is how prom-client writes it; Prometheus reads numbers whatever their capitals.
const LINE = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? ([-+]?(?:\d[\d.eE+-]*|Inf)|nan)$/i;

/** Value by name and labels as written. @throws Error naming the first line that is wrong, or a metric declared twice */
export function readSamples(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Set<string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ")) continue;
    if (line.startsWith("# TYPE ")) {
      const [, , name] = line.split(" ");
      if (types.has(name!)) throw new Error(`declared twice: ${name}`);
      types.add(name!);
      continue;
    }
    const found = LINE.exec(line);
    if (!found) throw new Error(`not understood: ${line}`);
    const key = `${found[1]}${found[2] ?? ""}`;
    if (samples.has(key)) throw new Error(`given twice: ${key}`);
    samples.set(key, Number(found[3]));
  }
  return samples;
}
