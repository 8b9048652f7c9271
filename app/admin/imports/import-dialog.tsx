// "Import": a file, its format and what it holds; then its bytes go up, and the page of the import takes over.
"use client";
import { useRouter } from "next/navigation";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { DATA_KINDS, type DataKind } from "../../../server/domain/run-config.ts";
import { DATA_FORMATS, type DataFormat, FORMAT_KINDS } from "../../../server/domain/views.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { FileInput } from "../../_components/ui/file-input.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { bytes, capital } from "../_lib/format.ts";
import { FORMAT_LINES } from "../_lib/format-lines.ts";
import { SendError } from "./send-file.ts";
import { type Sending, useImport } from "./use-import.ts";

type ImportDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function ImportDialog({ open, onOpenChange }: ImportDialogProps) {
  const t = useTranslations("data.import");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")} className="sm:max-w-xl">
      <ImportForm />
    </Dialog>
  );
}

const bareName = (file: File) => file.name.replace(/\.gz$/, "").replace(/\.\w+$/, "");

function ImportForm() {
  const t = useTranslations("data.import");
  const names = useTranslations("data.format");
  const words = useTranslations("training");
  const router = useRouter();
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<DataFormat>("trl");
  const [wanted, setWanted] = useState<DataKind>("PAIRS");
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const { sending, start, reset } = useImport();
  const kinds = DATA_KINDS.filter((kind) => (FORMAT_KINDS[format] as readonly string[]).includes(kind));
  const kind = kinds.includes(wanted) ? wanted : (kinds[0] ?? "PAIRS");
  const busy = sending.state === "HASHING" || sending.state === "SENDING";
  const problem = !file ? t("noFile") : file.size === 0 ? t("emptyFile") : undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!file || problem) return;
    const id = await start({ file, format, kind, name: name.trim() || bareName(file) });
    if (id) router.push(`/admin/imports/${id}`);
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <Field label={t("file")} hint={t("fileHint")} error={tried ? problem : undefined}>
        <FileInput
          accept=".jsonl,.json,.ndjson,.txt,.gz"
          disabled={busy}
          onFile={(chosen) => {
            setFile(chosen);
            reset();
          }}
        />
      </Field>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Field label={t("format")}>
          <Select
            value={format}
            onValueChange={setFormat}
            disabled={busy}
            options={DATA_FORMATS.map((value) => ({ value, label: names(value) }))}
          />
        </Field>
        <Field label={t("kind")}>
          <Select
            value={kind}
            onValueChange={setWanted}
            disabled={busy}
            options={kinds.map((value) => ({ value, label: capital(words(`kind.${value}`)) }))}
          />
        </Field>
      </div>
      <div className="text-sm">
        <p className="text-quiet">{t("example")}</p>
        <pre className="mt-1 overflow-x-auto whitespace-pre-wrap break-words rounded-lg bg-sunken p-3 font-mono text-xs leading-5">
          {FORMAT_LINES[format][kind]}
        </pre>
      </div>
      <Field label={t("name")} hint={t("nameHint")}>
        <Input
          value={name}
          maxLength={200}
          autoComplete="off"
          disabled={busy}
          placeholder={file ? bareName(file) : undefined}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <SendingState sending={sending} />
      <div className="flex justify-end gap-2">
        {busy && <Button onClick={reset}>{t("pause")}</Button>}
        <Button type="submit" variant="primary" busy={busy}>
          {t(sending.state === "FAILED" ? "goOn" : "act")}
        </Button>
      </div>
    </form>
  );
}

function SendingState({ sending }: { sending: Sending }) {
  const t = useTranslations("data.import");
  const format = useFormatter();
  const locale = useLocale();
  const errorText = useErrorText();
  if (sending.state === "IDLE") return null;
  if (sending.state === "FAILED") {
    const { error } = sending;
    return (
      <Notice tone="danger" role="alert">
        {error instanceof SendError ? (error.sentence ?? t("lineBroke")) : errorText(error)}
      </Notice>
    );
  }
  const { state, done, bytes: all } = sending;
  const label = t(state === "HASHING" ? "hashing" : "sending", {
    done: bytes(done, locale),
    all: bytes(all, locale),
    share: format.number(all > 0 ? done / all : 0, { style: "percent", maximumFractionDigits: 0 }),
  });
  return (
    <div role="status" className="space-y-1.5 text-quiet text-sm">
      <Progress label={label} value={done} max={all} />
      <p className="tabular-nums">{label}</p>
    </div>
  );
}
