// Loaded with --import into every child: ends it when its parent is gone, so that a killed start leaves nothing behind.

const POLL_MS = 500;
const GRACE_MS = 5000;
const parent = process.ppid;

const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  process.kill(process.pid, "SIGTERM"); // an orderly stop first, as if the parent had asked for it
  setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
}, POLL_MS);
watch.unref();
