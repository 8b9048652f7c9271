// Importing one file from the page: its hash, its registration, and its bytes, with how far each has come.
"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { DataKind } from "../../../server/domain/run-config.ts";
import type { DataFormat } from "../../../server/domain/views.ts";
import { sha256OfFile } from "../../_lib/file-hash.ts";
import { useTRPC, useTRPCClient } from "../../_lib/trpc.ts";
import { sendFile } from "./send-file.ts";

export type Sending =
  | { state: "IDLE" }
  | { state: "HASHING" | "SENDING"; done: number; bytes: number }
  | { state: "FAILED"; error: unknown };

type Wanted = { file: File; format: DataFormat; kind: DataKind; name: string };

/** `start` resolves to the import's id once all bytes are there, or to null where it failed or was left. */
export function useImport() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [sending, setSending] = useState<Sending>({ state: "IDLE" });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = useCallback(
    async ({ file, ...rest }: Wanted): Promise<string | null> => {
      abort.current?.abort();
      const controller = new AbortController();
      abort.current = controller;
      const { signal } = controller;
      const at = (state: "HASHING" | "SENDING") => (done: number) => setSending({ state, done, bytes: file.size });
      try {
        at("HASHING")(0);
        const sha256 = await sha256OfFile(file, (share) => at("HASHING")(share * file.size));
        signal.throwIfAborted();
        const begun = await client.import.begin.mutate({ ...rest, sha256, bytes: file.size });
        await sendFile(file, begun, { signal, onProgress: at("SENDING") });
        await queryClient.invalidateQueries({ queryKey: trpc.import.pathKey() });
        return begun.id;
      } catch (error) {
        if (!signal.aborted) setSending({ state: "FAILED", error });
        return null;
      }
    },
    [client, queryClient, trpc],
  );
  const reset = useCallback(() => {
    abort.current?.abort();
    setSending({ state: "IDLE" });
  }, []);
  return { sending, start, reset };
}
