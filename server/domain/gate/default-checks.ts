/** Check prompts that come with Hone: one set for the starter model, which knows a small world, and one for every other base. */

import type { CheckKind } from "../../../prisma/generated/enums.ts";
import type { Turns } from "../views/common.ts";
import type { ReplyCheck } from "../views/gate.ts";
import { GENERAL_CHECKS } from "./general-checks.ts";
import { STARTER_CHECKS } from "./starter-checks.ts";

/** What is asked, and how the reply is checked. */
export interface BuiltInCheck {
  kind: CheckKind;
  /** Within its kind and set; kept for good, so that a row an admin changed is known again. */
  key: string;
  prompt: Turns;
  check: ReplyCheck;
}

/** The name that the starter's file gives itself. */
const STARTER_NAME = "hone-starter";

/** Which set a base has; keys begin with it. */
export const setOf = (baseName: string): "starter" | "general" =>
  baseName.startsWith(STARTER_NAME) ? "starter" : "general";

export function builtInChecks(baseName: string): BuiltInCheck[] {
  const set = setOf(baseName);
  const checks = set === "starter" ? STARTER_CHECKS : GENERAL_CHECKS;
  return checks.map((check) => ({ ...check, key: `${set}/${check.key}` }));
}
