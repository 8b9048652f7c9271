/** What views of every kind are made of. */

import type { MessageRole } from "../../../prisma/generated/enums.ts";

/** A page of a list, newest first; `nextCursor` asks for the one after it and is null at the end. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface PersonRef {
  id: string;
  name: string | null;
  email: string;
}

/** Turns of a dialogue as the pages show them. */
export type Turns = { role: MessageRole; content: string }[];
