/** What begins an import: a file's name and hash, and how to read it. */

import { z } from "zod";
import { plainText } from "../plain-text.ts";
import { DATA_KINDS } from "./run-config.ts";
import { DATA_FORMATS, FORMAT_KINDS } from "./views.ts";

/** Far more than a million examples; what is larger is split. */
export const MOST_BYTES = 64 * 2 ** 30;

const reading = z.object({
  format: z.enum(DATA_FORMATS),
  kind: z.enum(DATA_KINDS),
  name: plainText().pipe(z.string().trim().min(1).max(200)),
});

const hasLayout = ({ format, kind }: z.output<typeof reading>) =>
  (FORMAT_KINDS[format] as readonly string[]).includes(kind);
const noLayout = {
  path: ["kind"],
  error: ({ input }: { input: unknown }) => {
    const { format } = input as z.output<typeof reading>;
    return `the format ${format} has no layout for it, only for ${FORMAT_KINDS[format].join(", ")}`;
  },
};

export const beginImportInput = reading
  .extend({
    /** Of the whole file as it will be sent, gzip and all; hex. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.int().min(1).max(MOST_BYTES, "the file is larger than 64 GB; split it"),
    /** Freezes the good lines though others are bad. */
    skipBad: z.boolean().default(false),
  })
  .refine(hasLayout, noLayout);
export type BeginImport = z.output<typeof beginImportInput>;

/** Of a file that comes in one request, whose hash and size are known when it has come. As a query. */
export const wholeImportInput = reading
  .extend({
    format: z.enum(DATA_FORMATS).default("hone"),
    name: reading.shape.name.default("Import"),
    skipBad: z
      .enum(["0", "1"])
      .default("0")
      .transform((flag) => flag === "1"),
  })
  .refine(hasLayout, noLayout);
export type WholeImport = z.output<typeof wholeImportInput>;
