// An adapter a little stronger than one there is: the same matrices, a larger alpha.
import type { Person } from "./api.ts";

const KEY = Buffer.from("adapter.lora.alpha");
/** Between a key of a GGUF file and its value stands the value's type. */
const TYPE_BYTES = 4;
const STRONGER = 1.1;

/** @returns its GGUF file */
export async function turnedUp(admin: Person, adapterId: string): Promise<Buffer> {
  const answer = await admin.fetch(`/api/adapters/${adapterId}/adapter.gguf`);
  if (!answer.ok) throw new Error(`The download was answered with ${answer.status}`);
  const file = Buffer.from(await answer.arrayBuffer());
  const at = file.indexOf(KEY) + KEY.length + TYPE_BYTES;
  file.writeFloatLE(file.readFloatLE(at) * STRONGER, at);
  return file;
}
