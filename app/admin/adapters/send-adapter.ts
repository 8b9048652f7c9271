// Brings an adapter to the server: one GGUF file or archive as it is, PEFT's two files as one archive that is put together on the way.
import type { ImportResult } from "../../../server/domain/views/registry.ts";
import type { Sentence } from "../../../server/domain/views/sentence.ts";

export const PEFT_NAMES = ["adapter_config.json", "adapter_model.safetensors"] as const;

/** What somebody chose, or why it cannot be sent. */
export type Choice =
  | { kind: "READY"; body: Blob; fileName: string }
  | { kind: "NOTHING" }
  | { kind: "OTHER"; name: string }
  | { kind: "HALF"; missing: string }
  | { kind: "SEVERAL" };

export function choiceOf(files: readonly File[]): Choice {
  const whole = files.filter(({ name }) => /\.(gguf|tar)$/i.test(name));
  const peft = files.filter(({ name }) => PEFT_NAMES.some((known) => known === name));
  const other = files.find((file) => !whole.includes(file) && !peft.includes(file));
  if (files.length === 0) return { kind: "NOTHING" };
  if (other) return { kind: "OTHER", name: other.name };
  if (whole.length + (peft.length > 0 ? 1 : 0) > 1 || peft.length > PEFT_NAMES.length) return { kind: "SEVERAL" };
  const [one] = whole;
  if (one) return { kind: "READY", body: one, fileName: one.name };
  const pair = PEFT_NAMES.map((name) => peft.find((file) => file.name === name));
  const missing = PEFT_NAMES.find((_, i) => !pair[i]);
  if (missing) return { kind: "HALF", missing };
  return { kind: "READY", body: archiveOf(pair as File[]), fileName: "peft.tar" };
}

const BLOCK = 512;

/** A tar archive (POSIX.1-1988) of small names; the files are read only when they are sent. */
export function archiveOf(files: readonly File[]): Blob {
  const parts = files.flatMap((file) => [
    header(file),
    file,
    new Uint8Array((BLOCK - (file.size % BLOCK)) % BLOCK),
  ]) as BlobPart[];
  return new Blob([...parts, new Uint8Array(2 * BLOCK)]);
}

function header({ name, size }: File): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, at: number, digits: number) => put(value.toString(8).padStart(digits, "0"), at);
  put(name, 0);
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  // The sum is made with spaces in its own place.
  put("        0", 148);
  put("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

export type Answer =
  | { kind: "TAKEN"; result: Exclude<ImportResult, { refusal: Sentence }> }
  | { kind: "REFUSED"; refusal: Sentence }
  | { kind: "FAILED"; message: string | null };

interface SendOptions {
  fileName: string;
  name: string;
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}

/** XMLHttpRequest, since fetch does not tell how much was sent. Rejects with the signal's reason when told to stop. */
export function sendAdapter(body: Blob, { fileName, name, signal, onProgress }: SendOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/adapters?${new URLSearchParams({ fileName, name })}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => resolve(answerOf(request.status, request.response));
    request.onerror = () => resolve({ kind: "FAILED", message: null });
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

function answerOf(status: number, body: unknown): Answer {
  const said = (typeof body === "object" && body !== null ? body : {}) as {
    adapterId?: string;
    refusal?: Sentence;
    message?: string;
  };
  if (status < 300 && said.adapterId)
    return { kind: "TAKEN", result: said as Extract<Answer, { kind: "TAKEN" }>["result"] };
  if (said.refusal) return { kind: "REFUSED", refusal: said.refusal };
  return { kind: "FAILED", message: said.message ?? null };
}
