// Loaded with --import into every child: ends it when its parent is gone, so that a killed start leaves nothing behind.
// `?parent=PID` names who started it: one that was killed before this file was read would not be missed. Children of the child are
// given the same name, so it counts only once its process is gone.

const POLL_MS = 500;
const GRACE_MS = 5000;
const named = Number(new URL(import.meta.url).searchParams.get("parent"));
const parent = named > 0 && !lives(named) ? named : process.ppid;

const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  process.kill(process.pid, "SIGTERM"); // an orderly stop first, as if the parent had asked for it
  setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
}, POLL_MS);
watch.unref();

/** @param {number} pid */
function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM"; // it is somebody else's
  }
}
