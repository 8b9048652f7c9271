// Uploading a Dataset: a file and its kind; lines that cannot be used come back by number, and nothing is stored until one agrees.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { DataKind } from "../../../server/domain/run-config.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { FileInput } from "../../_components/ui/file-input.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { EXAMPLE_LINES } from "../_lib/example-lines.ts";
import { bytes, capital } from "../_lib/format.ts";

type UploadResult = Outputs["dataset"]["upload"];
type Stored = NonNullable<UploadResult["dataset"]>;

const MOST_BYTES = 8_000_000;

type UploadDatasetProps = {
  /** Kinds there are to choose among; of one, nothing is asked. */
  kinds: readonly DataKind[];
  onStored: (dataset: Stored) => void;
};

/** Not a form of its own: it may stand inside one. */
export function UploadDataset({ kinds, onStored }: UploadDatasetProps) {
  const t = useTranslations("training.upload");
  const words = useTranslations("training");
  const locale = useLocale();
  const [wanted, setWanted] = useState<DataKind | null>(null);
  const [name, setName] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const kind = wanted && kinds.includes(wanted) ? wanted : (kinds[0] ?? "PAIRS");
  const upload = useUpload(onStored);
  const tooLarge = file !== null && file.size > MOST_BYTES;
  const send = async (skipBad: boolean) => {
    if (!file || tooLarge) return setMissing(!file);
    upload.mutate({ kind, name: name.trim() || file.name.replace(/\.\w+$/, ""), text: await file.text(), skipBad });
  };
  const problem = missing ? t("noFile") : tooLarge ? t("tooLarge", { size: bytes(file.size, locale) }) : undefined;
  return (
    <div className="space-y-4">
      {kinds.length > 1 && (
        <Field label={t("kind")} hint={words(`kindText.${kind}`)}>
          <Select
            value={kind}
            onValueChange={(next) => {
              setWanted(next);
              upload.reset();
            }}
            options={kinds.map((value) => ({ value, label: capital(words(`kind.${value}`)) }))}
          />
        </Field>
      )}
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        <Field label={t("file")} hint={t(kind === "TEXTS" ? "textHint" : "fileHint")} error={problem}>
          <FileInput
            accept=".jsonl,.json,.txt,.ndjson"
            onFile={(chosen) => {
              setFile(chosen);
              setMissing(false);
              upload.reset();
            }}
          />
        </Field>
        <Field label={t("name")} hint={t("nameHint")}>
          <Input
            value={name}
            maxLength={100}
            autoComplete="off"
            placeholder={file?.name.replace(/\.\w+$/, "")}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </div>
      <div className="text-sm">
        <p className="text-quiet">{t("example")}</p>
        <pre className="mt-1 overflow-x-auto whitespace-pre-wrap break-words rounded-lg bg-sunken p-3 font-mono text-xs leading-5">
          {EXAMPLE_LINES[kind]}
        </pre>
      </div>
      <UploadOutcome upload={upload} onSkip={() => void send(true)} />
      <Button busy={upload.isPending} onClick={() => void send(false)}>
        {t("act")}
      </Button>
    </div>
  );
}

function useUpload(onStored: (dataset: Stored) => void) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    trpc.dataset.upload.mutationOptions({
      onSuccess: async ({ dataset }) => {
        if (!dataset) return;
        await queryClient.invalidateQueries({ queryKey: trpc.dataset.pathKey() });
        onStored(dataset);
      },
    }),
  );
}

function UploadOutcome({ upload, onSkip }: { upload: ReturnType<typeof useUpload>; onSkip: () => void }) {
  const t = useTranslations("training.upload");
  const words = useTranslations("training");
  const errorText = useErrorText();
  if (upload.error) {
    return (
      <Notice tone="danger" role="alert">
        {errorText(upload.error)}
      </Notice>
    );
  }
  if (!upload.data) return null;
  const { dataset, rows, problems, problemCount } = upload.data;
  if (dataset) {
    const stored = words(`count.${dataset.kind}`, { count: dataset.train + dataset.heldOut });
    return (
      <Notice role="status">
        {problemCount > 0
          ? t("storedSkipped", { examples: stored, skipped: problemCount })
          : t("stored", { examples: stored })}
      </Notice>
    );
  }
  return (
    <Notice tone="danger" role="alert">
      <p className="font-medium">{t("problems", { count: problemCount })}</p>
      <ul className="mt-1 max-h-56 space-y-1 overflow-y-auto">
        {problems.map(({ line, message }) => (
          <li key={line} className="flex gap-2">
            <span className="w-16 shrink-0 font-medium tabular-nums">{t("line", { line })}</span>
            <span lang="en" className="min-w-0 break-words">
              {message}
            </span>
          </li>
        ))}
      </ul>
      {problemCount > problems.length && <p className="mt-1">{t("more", { count: problemCount - problems.length })}</p>}
      {rows > 0 && (
        <Button size="sm" className="mt-2" busy={upload.isPending} onClick={onSkip}>
          {t("skip")}
        </Button>
      )}
    </Notice>
  );
}
