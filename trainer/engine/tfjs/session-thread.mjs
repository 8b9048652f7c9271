// The worker thread's first file. Plain JavaScript, because a new thread does not read TypeScript until tsx is registered.
import { register } from "tsx/esm/api";

register();
await import("./session-worker.ts");
