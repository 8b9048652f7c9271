// What a web process does besides answering: registers as Next would have it, and leaves its end to Next's handler, which here does nothing.
import { register } from "../../instrumentation.ts";

process.on("SIGTERM", () => {});
setInterval(() => {}, 60_000);
await register();
