// `npm run bench`: what this machine does and could do; with a word behind it, what the objectives do where the truth is known.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const HELP = `npm run bench                      limits, predictions and measurements of this machine on the starter model
npm run bench -- MODEL.gguf        the same on another model
npm run bench -- swap [MODEL.gguf] what a swap costs 32 streams: latency, added token latency p50 and p99, failures
npm run bench -- truth             how near DPO, IPO, KTO, PPO and GRPO come to optima that are known exactly
npm run bench -- overoptimise      a learned reward against a true one: where it turns, and whether the monitor sees it

--out FILE   where truth and overoptimise write their figure (SVG); default out/bench/<part>.svg
--help       this`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" }, help: { type: "boolean", default: false } },
});
const part = positionals[0] ?? "models/starter.gguf";

if (values.help) console.log(HELP);
else if (part === "truth") writeFigure((await import("./bench/truth.ts")).benchTruth());
else if (part === "overoptimise") writeFigure((await import("./bench/overoptimise.ts")).benchOverOptimisation());
else if (part === "swap")
  await (await import("./bench/swap.ts")).benchSwap(path.resolve(positionals[1] ?? "models/starter.gguf"));
else if (part.endsWith(".gguf")) await (await import("./bench/machine.ts")).benchMachine(path.resolve(part));
else {
  console.error(`Expected swap, truth, overoptimise or a .gguf file, found ${part}.\n\n${HELP}`);
  process.exitCode = 1;
}

function writeFigure(svg: string): void {
  const file = path.resolve(values.out ?? `out/bench/${part}.svg`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, svg);
  console.log(`\n${path.relative(process.cwd(), file)}`);
}
