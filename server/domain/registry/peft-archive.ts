/** PEFT's two files of an adapter as one tar archive, which an import here or `tar -x` anywhere takes. */

import { createReadStream } from "node:fs";
import { PassThrough, type Readable } from "node:stream";
import type { Services } from "../../services.ts";
import { TarWriter, tarBytes } from "../../tar.ts";
import { adapterFile } from "../adapter.ts";
import { PEFT_NAMES } from "./incoming.ts";

/** Of no time, so that equal adapters make equal archives. */
const EPOCH = new Date(0);

/** @throws AppError NOT_FOUND, ADAPTER_MISSING where PEFT has no such kind or the files are gone */
export async function peftArchive(
  services: Pick<Services, "db" | "env">,
  id: string,
): Promise<{ bytes: number; sha256: string; body: Readable }> {
  const files = await Promise.all(
    PEFT_NAMES.map(async (name) => ({ name, ...(await adapterFile(services, id, name)) })),
  );
  const body = new PassThrough();
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve, reject) => body.write(chunk, (error) => (error ? reject(error) : resolve())));
  const pack = async () => {
    const tar = new TarWriter(write, EPOCH);
    for (const { name, bytes, path } of files) await tar.add({ name, bytes }, createReadStream(path));
    await tar.end();
    body.end();
  };
  pack().catch((error) => body.destroy(error));
  return { bytes: tarBytes(files), sha256: files[0]!.sha256, body };
}
