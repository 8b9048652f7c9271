#!/usr/bin/env node
// `npm run setup:tfjs-gpu`: adds TensorFlow's own CUDA backend for training, where the machine can run it.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const name = "@tensorflow/tfjs-node-gpu";
const { peerDependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));

const [major = 0] = process.versions.node.split(".").map(Number);
const obstacles = [
  ...(["linux", "win32"].includes(process.platform) && process.arch === "x64"
    ? []
    : [`it exists for Linux and Windows on x64; this is ${process.platform} ${process.arch}`]),
  ...(major <= 22 ? [] : [`it runs on Node 22 at most; this is Node ${process.versions.node}`]),
  ...(spawnSync("nvidia-smi", ["-L"], { stdio: "ignore" }).status === 0 ? [] : ["nvidia-smi finds no NVIDIA GPU"]),
];
if (obstacles.length > 0) {
  console.error(
    `setup:tfjs-gpu: ${name} cannot be used here: ${obstacles.join("; ")}. Training goes on with ONNX Runtime.`,
  );
  process.exit(1);
}

// Unlike everything else, this package fetches its library (libtensorflow, CUDA 11.2) in an install script.
const args = [
  "install",
  "--no-save",
  "--no-audit",
  "--no-fund",
  "--ignore-scripts=false",
  `${name}@${peerDependencies[name]}`,
];
const { status } = spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
if (status !== 0) {
  console.error(`setup:tfjs-gpu: npm could not install ${name}; its own words stand above. Nothing else has changed.`);
  process.exit(1);
}
console.log(
  "Done. It wants CUDA 11.2 and cuDNN 8.1 on the library path. TRAINER_ENGINE=auto uses it from the next start on.",
);
