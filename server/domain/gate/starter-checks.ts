/** Check prompts for the starter model. */

import type { BuiltInCheck } from "./default-checks.ts";

export const STARTER_CHECKS: readonly BuiltInCheck[] = [];
