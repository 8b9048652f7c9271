/** Text that PostgreSQL can hold and give back unchanged. */

import { z } from "zod";

/** PostgreSQL has no character NUL in its texts; what stands for "not a character" takes its place. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed();

/** A string as people type it, made storable: NUL and halves of characters are replaced. */
export const plainText = () => z.string().transform(storable);
