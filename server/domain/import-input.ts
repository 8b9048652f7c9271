/** What begins an import: a file's name and hash, and how to read it. */

import { z } from "zod";
import { plainText } from "../plain-text.ts";
import { DATA_KINDS } from "./run-config.ts";
import { DATA_FORMATS, FORMAT_KINDS } from "./views.ts";

/** Far more than a million examples; what is larger is split. */
export const MOST_BYTES = 64 * 2 ** 30;

export const beginImportInput = z
  .object({
    /** Of the whole file as it will be sent, gzip and all; hex. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.int().min(1).max(MOST_BYTES, "the file is larger than 64 GB; split it"),
    format: z.enum(DATA_FORMATS),
    kind: z.enum(DATA_KINDS),
    name: plainText().pipe(z.string().trim().min(1).max(200)),
    /** Freezes the good lines though others are bad. */
    skipBad: z.boolean().default(false),
  })
  .refine(({ format, kind }) => (FORMAT_KINDS[format] as readonly string[]).includes(kind), {
    path: ["kind"],
    error: ({ input }) => {
      const { format } = input as { format: keyof typeof FORMAT_KINDS };
      return `the format ${format} has no layout for it, only for ${FORMAT_KINDS[format].join(", ")}`;
    },
  });
export type BeginImport = z.output<typeof beginImportInput>;
