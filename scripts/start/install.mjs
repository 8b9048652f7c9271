// Installs the packages of package-lock.json when what lies in node_modules is not what it names for this platform.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isAlive, readJson, waitForLock } from "./lock.mjs";
import { StartError } from "./report.mjs";

/** @typedef {import("./lock.mjs").Holder} Holder */
/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage */

/** Where onnxruntime-node keeps the builds of all platforms: 240 MB that nothing here can load. */
const ONNXRUNTIME_BINARIES = "onnxruntime-node/bin/napi-v6";

/**
 * Who runs from this checkout at the moment: replacing its packages or its build under them would break them.
 * @param {string} root
 */
export function usersOf(root) {
  const folder = path.join(root, "tmp/hone/users");
  return {
    /** @param {object} what */
    enter(what) {
      fs.mkdirSync(folder, { recursive: true });
      const file = path.join(folder, `${process.pid}.json`);
      fs.writeFileSync(file, JSON.stringify({ ...what, pid: process.pid }));
      return () => fs.rmSync(file, { force: true });
    },
    /** @returns {Holder[]} the living ones besides this process */
    list() {
      if (!fs.existsSync(folder)) return [];
      return fs.readdirSync(folder).flatMap((name) => {
        const user = /** @type {Holder | null} */ (readJson(path.join(folder, name)));
        if (user && user.pid !== process.pid && isAlive(user)) return [user];
        if (user?.pid !== process.pid) fs.rmSync(path.join(folder, name), { force: true });
        return [];
      });
    },
  };
}

/** What npm compares a package's `os`, `cpu` and `libc` with. */
function thisPlatform() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report?.getReport() ?? {});
  return { os: process.platform, cpu: process.arch, libc: report.header?.glibcVersionRuntime ? "glibc" : "musl" };
}

/**
 * Whether npm installs this package here: all but the optional ones, and of those the builds for this platform.
 * (Optional ones that name no platform are parts of builds for others; npm leaves them out.)
 * @param {LockedPackage} wanted
 * @param {ReturnType<typeof thisPlatform>} platform
 */
function isNeeded(wanted, platform) {
  if (wanted.peer || wanted.link) return false;
  if (!wanted.os && !wanted.cpu) return !wanted.optional && !wanted.devOptional;
  return /** @type {const} */ (["os", "cpu", "libc"]).every((trait) => {
    const list = wanted[trait];
    if (!list || (trait === "libc" && platform.os !== "linux")) return true;
    if (list.includes(`!${platform[trait]}`)) return false;
    return list.includes(platform[trait]) || list.every((entry) => entry.startsWith("!"));
  });
}

/**
 * True when every package the lock file names for this platform is installed in that version. npm writes its own
 * list at the very end of an installation, so an interrupted one has none.
 * @param {string} root
 */
export function isInstalled(root) {
  const lockText = fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
  if (readJson(path.join(root, "node_modules/.hone-installed"))?.key === installKey(lockText)) return true;
  const installed = /** @type {{ packages?: Record<string, LockedPackage> } | null} */ (
    readJson(path.join(root, "node_modules/.package-lock.json"))
  )?.packages;
  if (!installed) return false;
  const platform = thisPlatform();
  const wanted = Object.entries(/** @type {Record<string, LockedPackage>} */ (JSON.parse(lockText).packages));
  return wanted.every(([name, one]) => {
    return !name.startsWith("node_modules/") || !isNeeded(one, platform) || installed[name]?.version === one.version;
  });
}

/** @param {string} lockText */
const installKey = (lockText) =>
  createHash("sha256")
    .update(lockText)
    .update(process.platform + process.arch)
    .digest("hex");

/**
 * Runs `npm ci`. Install scripts never run: everything that is needed is inside the packages, and a machine
 * where they are forbidden works like any other.
 * @param {{ root: string, step: <T>(doing: string, work: () => Promise<T>) => Promise<T>, say: (text: string) => void, onLeave: (close: () => unknown) => void }} context
 */
export async function install({ root, step, say, onLeave }) {
  if (isInstalled(root)) return;
  const lock = await waitForLock(path.join(root, "tmp/hone/install.lock"), (holder) => {
    say(`Process ${holder.pid} is installing packages in this folder; waiting for it`);
  });
  try {
    if (isInstalled(root)) return;
    const users = usersOf(root).list();
    if (users.length > 0) {
      throw new StartError(
        "PACKAGES_IN_USE",
        `package-lock.json has changed, and ${users.map((user) => `process ${user.pid}${user.url ? ` (${user.url})` : ""}`).join(", ")} still runs from this folder with the old packages. Stop it, then start again.`,
      );
    }
    await step("Installing packages (npm ci; the first time this takes a minute or two)", () => npmCi(root, onLeave));
    removeDeadWeight(root);
    const key = installKey(fs.readFileSync(path.join(root, "package-lock.json"), "utf8"));
    fs.writeFileSync(path.join(root, "node_modules/.hone-installed"), JSON.stringify({ key }));
  } finally {
    lock.release();
  }
}

/**
 * @param {string} root
 * @param {(close: () => unknown) => void} onLeave
 * @returns {Promise<void>}
 */
function npmCi(root, onLeave) {
  // npm tells scripts where it lives; without it (node scripts/start.mjs) the one on the PATH is used.
  const npm = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...first] = /** @type {[string, ...string[]]} */ (npm);
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "inherit", "pipe"],
      shell: process.platform === "win32" && command === "npm",
    });
    onLeave(() => child.kill("SIGTERM"));
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors = (errors + chunk).slice(-20_000);
      process.stderr.write(chunk);
    });
    child.on("error", (error) =>
      reject(
        new StartError(
          "NPM_MISSING",
          `npm could not be started (${error.message}). Install it with Node, then start again.`,
        ),
      ),
    );
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else if (/ENOSPC|no space left/i.test(errors))
        reject(
          new StartError(
            "DISK_FULL",
            "The disk is full: the packages need about 1.6 GB. Free some space and start again.",
          ),
        );
      else
        reject(
          new StartError(
            "INSTALL_FAILED",
            "npm ci failed; its own words stand above. Check the network or the npm registry setting, then start again.",
          ),
        );
    });
  });
}

/**
 * Removes what packages bring along and nothing here can use: builds for other platforms, and TensorFlow.js's source maps.
 * @param {string} root
 */
function removeDeadWeight(root) {
  const packages = path.join(root, "node_modules");
  const remove = (/** @type {string} */ file) => fs.rmSync(file, { recursive: true, force: true });
  const list = (/** @type {string} */ folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);

  const onnxruntime = path.join(packages, ONNXRUNTIME_BINARIES);
  // An unknown layout is left alone.
  if (fs.existsSync(path.join(onnxruntime, process.platform, process.arch))) {
    for (const platform of list(onnxruntime)) {
      for (const arch of list(path.join(onnxruntime, platform))) {
        if (platform !== process.platform || arch !== process.arch) remove(path.join(onnxruntime, platform, arch));
      }
    }
  }
  const llama = path.join(packages, "@node-llama-cpp");
  const own = `${process.platform}-${process.arch}`;
  if (fs.existsSync(path.join(llama, own))) {
    for (const build of list(llama)) {
      if (build.startsWith(`${process.platform}-`) && !build.startsWith(own)) remove(path.join(llama, build));
    }
  }
  const tensorflow = path.join(packages, "@tensorflow");
  for (const file of fs.existsSync(tensorflow)
    ? fs.readdirSync(tensorflow, { recursive: true, encoding: "utf8" })
    : []) {
    if (file.endsWith(".js.map")) remove(path.join(tensorflow, file));
  }
}
