/** Progress of a long command on standard error: one line that is written over on a terminal, one every ten seconds elsewhere. */

const TERMINAL_MS = 500;
const LOG_MS = 10_000;

export function progress(describe: () => string): { stop(): void } {
  const { isTTY } = process.stderr;
  const say = () => process.stderr.write(isTTY ? `\r\x1b[K${describe()}` : `${describe()}\n`);
  const timer = setInterval(say, isTTY ? TERMINAL_MS : LOG_MS);
  return {
    stop() {
      clearInterval(timer);
      say();
      if (isTTY) process.stderr.write("\n");
    },
  };
}
