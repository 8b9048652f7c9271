// "Import": an adapter's files dropped or chosen, sent, checked there, and either on the shelf or refused in words.
"use client";
import { useQueryClient } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import type { Sentence } from "../../../server/domain/views/sentence.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { cn } from "../../_lib/cn.ts";
import { useSentence } from "../../_lib/sentence.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { bytes, shortHash } from "../_lib/format.ts";
import { type Answer, type Choice, choiceOf, sendAdapter } from "./send-adapter.ts";

type ImportDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function ImportDialog({ open, onOpenChange }: ImportDialogProps) {
  const t = useTranslations("registry.import");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")} className="sm:max-w-xl">
      <ImportForm />
    </Dialog>
  );
}

type State =
  | { step: "CHOOSING" }
  | { step: "SENDING"; sent: number; all: number; stop: AbortController }
  | { step: "ANSWERED"; answer: Exclude<Answer, { kind: "TAKEN" }> };

function ImportForm() {
  const t = useTranslations("registry.import");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const { state, send, reset } = useSending();
  const choice = choiceOf(files);
  const busy = state.step === "SENDING";
  const choose = (chosen: readonly File[]) => {
    setFiles(chosen);
    setTried(chosen.length > 0);
    reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (choice.kind === "READY") void send(choice, name.trim());
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <DropZone files={files} disabled={busy} onFiles={choose} problem={tried ? choice : null} />
      <Field label={t("name")} hint={t("nameHint")}>
        <Input
          value={name}
          maxLength={100}
          autoComplete="off"
          disabled={busy}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Outcome state={state} />
      <div className="flex justify-end gap-2">
        {busy && <Button onClick={() => state.stop.abort(new Error("stopped"))}>{t("cancel")}</Button>}
        <Button type="submit" variant="primary" busy={busy}>
          {t(state.step === "ANSWERED" ? "again" : "act")}
        </Button>
      </div>
    </form>
  );
}

function useSending() {
  const t = useTranslations("registry.import");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [state, setState] = useState<State>({ step: "CHOOSING" });
  const reset = () => setState({ step: "CHOOSING" });
  const send = async ({ body, fileName }: Extract<Choice, { kind: "READY" }>, name: string) => {
    const stop = new AbortController();
    const sending = (sent: number) => setState({ step: "SENDING", sent, all: body.size, stop });
    sending(0);
    const answer = await sendAdapter(body, { fileName, name, signal: stop.signal, onProgress: sending }).catch(
      () => null,
    );
    if (!answer) return reset();
    if (answer.kind !== "TAKEN") return setState({ step: "ANSWERED", answer });
    const { adapterId, sha256, known } = answer.result;
    await queryClient.invalidateQueries({ queryKey: trpc.adapter.pathKey() });
    toast(t(known ? "known" : "done", { hash: shortHash(sha256) }));
    router.push(`/admin/adapters/${adapterId}`);
  };
  return { state, send, reset };
}

type DropZoneProps = {
  files: readonly File[];
  disabled: boolean;
  onFiles: (files: readonly File[]) => void;
  problem: Choice | null;
};

function DropZone({ files, disabled, onFiles, problem }: DropZoneProps) {
  const t = useTranslations("registry.import");
  const locale = useLocale();
  const id = useId();
  const [over, setOver] = useState(false);
  const text = useProblem(problem);
  return (
    <div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way to what the button does */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!disabled) onFiles([...event.dataTransfer.files]);
        }}
        className={cn(
          "flex flex-col items-center gap-2 rounded-lg border border-line-strong border-dashed px-4 py-6 text-center text-sm",
          over && "border-accent bg-sunken",
        )}
      >
        <FileUp aria-hidden className="size-6 text-faint" />
        <span className="text-quiet">{t("drop")}</span>
        <label
          htmlFor={id}
          className="relative inline-flex h-9 cursor-pointer items-center rounded-lg border border-line-strong bg-surface px-3.5 font-medium hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          {t("choose")}
          <input
            id={id}
            type="file"
            multiple
            disabled={disabled}
            accept=".gguf,.tar,.json,.safetensors"
            aria-describedby={`${id}-hint`}
            aria-invalid={text !== null}
            onChange={(event) => onFiles([...(event.target.files ?? [])])}
            className="absolute inset-0 size-full cursor-pointer opacity-0"
          />
        </label>
        <p id={`${id}-hint`} className="max-w-sm text-pretty text-quiet text-xs">
          {t("hint")}
        </p>
      </div>
      {files.length > 0 && (
        <ul aria-label={t("chosen")} className="mt-2 space-y-1 text-sm">
          {files.map((file) => (
            <li key={file.name} className="flex justify-between gap-3">
              <code className="min-w-0 break-all font-mono text-xs">{file.name}</code>
              <span className="shrink-0 text-quiet tabular-nums">{bytes(file.size, locale)}</span>
            </li>
          ))}
        </ul>
      )}
      {text && (
        <p role="alert" className="mt-2 text-danger text-sm">
          {text}
        </p>
      )}
    </div>
  );
}

function useProblem(choice: Choice | null): string | null {
  const t = useTranslations("registry.import");
  switch (choice?.kind) {
    case "NOTHING":
      return t("nothing");
    case "OTHER":
      return t("other", { name: choice.name });
    case "HALF":
      return t("half", { missing: choice.missing });
    case "SEVERAL":
      return t("several");
    default:
      return null;
  }
}

function Outcome({ state }: { state: State }) {
  const t = useTranslations("registry.import");
  const locale = useLocale();
  if (state.step === "SENDING") {
    const { sent, all } = state;
    const label = sent < all ? t("sending", { done: bytes(sent, locale), all: bytes(all, locale) }) : t("checking");
    return (
      <div role="status" className="space-y-1.5 text-quiet text-sm">
        <Progress label={label} value={sent < all ? sent : null} max={all} />
        <p className="tabular-nums">{label}</p>
      </div>
    );
  }
  if (state.step === "CHOOSING") return null;
  const { answer } = state;
  return (
    <Notice tone="danger" role="alert">
      {answer.kind === "REFUSED" ? <Refusal refusal={answer.refusal} /> : (answer.message ?? t("lineBroke"))}
    </Notice>
  );
}

/** The reason in the reader's language; the checker's own sentence, which is English, is a click away. */
function Refusal({ refusal }: { refusal: Sentence }) {
  const t = useTranslations("registry.import");
  const sentence = useSentence();
  const { detail } = refusal.values;
  return (
    <>
      <p className="font-medium">{sentence(refusal)}</p>
      <p className="mt-1">{t("refused")}</p>
      {detail !== undefined && (
        <details className="mt-1">
          <summary className="w-fit cursor-pointer rounded-sm">{t("detail")}</summary>
          <p lang="en" className="mt-1 break-words">
            {detail}
          </p>
        </details>
      )}
    </>
  );
}
