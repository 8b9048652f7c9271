// What `npm start` says and how it ends: progress lines, errors as one sentence with a code, and an orderly stop.

/** A failure whose message already tells a person what was expected, what was found and what to do. */
export class StartError extends Error {
  /**
   * @param {string} code one word in capitals, stable, for scripts and tests
   * @param {string} message whole sentences
   */
  constructor(code, message) {
    super(message);
    this.name = "StartError";
    this.code = code;
  }
}

/**
 * Turns anything thrown into a StartError. Failures of the machine that no step can foresee (a full disk, a folder
 * that may not be written) are recognised here, once, however deep they happened.
 * @param {unknown} error
 * @returns {StartError}
 */
export function explain(error) {
  if (error instanceof StartError) return error;
  const { code, message = String(error), path } = /** @type {NodeJS.ErrnoException} */ (error ?? {});
  if (code === "ENOSPC" || /ENOSPC|no space left on device/i.test(message)) {
    return new StartError(
      "DISK_FULL",
      `The disk is full${path ? ` (writing ${path})` : ""}. Free some space and start again; nothing was lost.`,
    );
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new StartError(
      "NO_PERMISSION",
      `This user may not write ${path ?? "where Hone wants to"} (${code}). Change its owner, or set HONE_HOME to a folder you own.`,
    );
  }
  // An error of the server's own list (server/errors.ts) has a code in capitals and a message written for people.
  if (
    typeof code === "string" &&
    /^(?!ERR_)[A-Z][A-Z_]+$/.test(code) &&
    error instanceof Error &&
    !("errno" in error)
  ) {
    return new StartError(code, message);
  }
  const unknown = new StartError("UNEXPECTED", `Something unforeseen stopped the start: ${message}`);
  unknown.cause = error;
  return unknown;
}

/** Progress on standard output: one line per step with the seconds since the start. */
export function createReporter() {
  const began = Date.now();
  const seconds = () => `[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s]`;
  const say = (/** @type {string} */ text) => console.log(`${seconds()} ${text}`);
  return {
    say,
    /**
     * Runs a long step, with a line when it begins, a sign of life every 20 s, and a line when it ends.
     * @template T
     * @param {string} doing such as "Installing packages"
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(doing, work) {
      const from = Date.now();
      say(`${doing} …`);
      const pulse = setInterval(() => say(`  still ${doing.charAt(0).toLowerCase()}${doing.slice(1)}`), 20_000);
      try {
        const result = await work();
        say(`  done in ${((Date.now() - from) / 1000).toFixed(1)} s`);
        return result;
      } finally {
        clearInterval(pulse);
      }
    },
  };
}

/**
 * The way out. What was opened registers how it is closed; closing runs in reverse order, once, whoever asks first:
 * a signal, a failed step or an unforeseen error.
 */
export function createExit() {
  /** @type {(() => unknown)[]} */
  const closers = [];
  let leaving = false;
  /** @param {number} status */
  async function leave(status) {
    if (leaving) return;
    leaving = true;
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        console.error(`hone: while stopping: ${error instanceof Error ? error.message : error}`);
      }
    }
    process.exit(status);
  }
  /** @param {unknown} error */
  async function fail(error) {
    if (leaving) return;
    const { code, message, cause } = explain(error);
    console.error(`\nhone: ${message} [${code}]`);
    if (cause instanceof Error) console.error(cause.stack);
    await leave(1);
  }
  process.on("SIGINT", () => leave(130));
  process.on("SIGTERM", () => leave(0));
  process.on("SIGHUP", () => leave(0));
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  return {
    /** @param {() => unknown} close runs at the end, after everything registered later */
    onLeave: (close) => closers.push(close),
    leave,
    fail,
    get leaving() {
      return leaving;
    },
  };
}
