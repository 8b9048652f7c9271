/** Check prompts for base models that know the world at large. */

import type { BuiltInCheck } from "./default-checks.ts";

export const GENERAL_CHECKS: readonly BuiltInCheck[] = [];
