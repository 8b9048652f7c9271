/** The role of a message in a prompt as models and the OpenAI protocol write it. */

import type { MessageRole } from "../../prisma/generated/enums.ts";

export type ChatRole = "system" | "user" | "assistant";

export const CHAT_ROLE = { SYSTEM: "system", USER: "user", ASSISTANT: "assistant" } as const satisfies Record<
  MessageRole,
  ChatRole
>;

export const MESSAGE_ROLE = { system: "SYSTEM", user: "USER", assistant: "ASSISTANT" } as const satisfies Record<
  ChatRole,
  MessageRole
>;
