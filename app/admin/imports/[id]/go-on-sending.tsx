// A file whose bytes have not all arrived: choosing it again goes on where it broke off, after its hash says it is the same.
"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { FileInput } from "../../../_components/ui/file-input.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Progress } from "../../../_components/ui/progress.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { sha256OfFile } from "../../../_lib/file-hash.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { bytes } from "../../_lib/format.ts";
import { SendError, sendFile } from "../send-file.ts";
import type { Import } from "./import.tsx";

export function GoOnSending({ one }: { one: Import }) {
  const t = useTranslations("data.import");
  const locale = useLocale();
  const { problem, going, at, choose } = useGoOn(one);
  const label = t("arrived", { done: bytes(Math.max(at, one.received), locale), all: bytes(one.bytes, locale) });
  return (
    <Card title={t("unfinished")} description={t("unfinishedText")}>
      <div className="space-y-4">
        <div role="status" className="space-y-1.5 text-quiet text-sm">
          <Progress label={label} value={Math.max(at, one.received)} max={one.bytes} />
          <p className="tabular-nums">{label}</p>
        </div>
        <Field label={t("sameFile", { name: one.name })} error={problem ?? undefined}>
          <FileInput accept=".jsonl,.json,.ndjson,.txt,.gz" disabled={going} onFile={choose} />
        </Field>
        {going && <Notice role="status">{t("goingOn")}</Notice>}
      </div>
    </Card>
  );
}

function useGoOn(one: Import) {
  const t = useTranslations("data.import");
  const errorText = useErrorText();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [going, setGoing] = useState(false);
  const [at, setAt] = useState(0);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const choose = async (file: File | null) => {
    if (!file) return;
    setProblem(null);
    if (file.size !== one.bytes) return setProblem(t("otherFile"));
    setGoing(true);
    const controller = new AbortController();
    abort.current = controller;
    const { signal } = controller;
    try {
      if ((await sha256OfFile(file)) !== one.sha256) return setProblem(t("otherFile"));
      await sendFile(file, one, { signal, onProgress: setAt });
      await queryClient.invalidateQueries({ queryKey: trpc.import.get.queryKey({ id: one.id }) });
    } catch (error) {
      if (!signal.aborted)
        setProblem(error instanceof SendError ? (error.sentence ?? t("lineBroke")) : errorText(error));
    } finally {
      setGoing(false);
    }
  };
  return { problem, going, at, choose };
}
