// Writes or changes a check: the prompt, what its reply must be like, and a try on what is live.
"use client";
import { useMutation } from "@tanstack/react-query";
import { CircleX, Plus, Check as Tick } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { CheckPromptView } from "../../../../server/domain/views/gate.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Dialog } from "../../../_components/ui/dialog.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { type CheckDraft, type CheckKind, checkOf, draftOf, emptyDraft, withEarlier } from "../_lib/check-form.ts";
import { CheckFields } from "./check-fields.tsx";
import { useCheckActs } from "./use-checks.ts";

const LONGEST_TURN = 20_000;
const MOST_TURNS = 39;

type CheckDialogProps = { check: CheckPromptView | null; kind: CheckKind; onClose: () => void };

export function CheckDialog({ check, kind, onClose }: CheckDialogProps) {
  const t = useTranslations("gate.checks");
  const common = useTranslations("common");
  const formId = useId();
  const [draft, setDraft] = useState<CheckDraft>(() => (check ? draftOf(check) : emptyDraft(kind)));
  const [tried, setTried] = useState(false);
  const { create, update } = useCheckActs(onClose);
  const trial = useTrial();
  const read = checkOf(draft);
  const fault = tried && "fault" in read ? read.fault : null;
  const change = (next: CheckDraft) => {
    setDraft(next);
    trial.forget();
  };
  const submit = () => {
    setTried(true);
    if ("fault" in read) return;
    if (check) update.mutate({ id: check.id, prompt: draft.turns, check: read.check });
    else create.mutate({ kind, prompt: draft.turns, check: read.check });
  };
  const tryOut = () => {
    setTried(true);
    if ("check" in read) trial.ask(draft, read.check);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(check ? "editTitle" : `newTitle.${kind}`)}
      description={t(`kindText.${kind}`)}
      className="sm:max-w-xl"
      footer={
        <>
          <Button className="mr-auto" busy={trial.waiting} onClick={tryOut}>
            {t("tryOut")}
          </Button>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={formId} variant="primary" busy={create.isPending || update.isPending}>
            {common("save")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Turns draft={draft} missing={fault === "noPrompt"} onChange={change} />
        <CheckFields draft={draft} fault={fault} onChange={change} />
      </form>
      <div aria-live="polite" className="mt-4 empty:hidden">
        {trial.outcome}
      </div>
    </Dialog>
  );
}

type TurnsProps = { draft: CheckDraft; missing: boolean; onChange: (draft: CheckDraft) => void };

/** What is said: one message, or an exchange that leads up to it. */
function Turns({ draft, missing, onChange }: TurnsProps) {
  const t = useTranslations("gate.checks");
  const last = draft.turns.length - 1;
  const said = (index: number, content: string) =>
    onChange({ ...draft, turns: draft.turns.map((turn, i) => (i === index ? { ...turn, content } : turn)) });
  return (
    <>
      {draft.turns.map((turn, i) => (
        <Field
          // biome-ignore lint/suspicious/noArrayIndexKey: turns keep their place; two are added or taken off at the top only
          key={draft.turns.length - i}
          label={i === last ? t("prompt") : t(`earlier.${turn.role}`)}
          error={missing && turn.content.trim() === "" ? t("fault.noPrompt") : undefined}
        >
          <Textarea
            value={turn.content}
            maxLength={LONGEST_TURN}
            className="min-h-16"
            onChange={(event) => said(i, event.target.value)}
          />
        </Field>
      ))}
      <div className="flex flex-wrap gap-2">
        {draft.turns.length < MOST_TURNS && (
          <Button size="sm" onClick={() => onChange(withEarlier(draft))}>
            <Plus aria-hidden />
            {t("addEarlier")}
          </Button>
        )}
        {last > 1 && (
          <Button size="sm" variant="ghost" onClick={() => onChange({ ...draft, turns: draft.turns.slice(2) })}>
            {t("removeEarlier")}
          </Button>
        )}
      </div>
    </>
  );
}

/** Asks what is live, as a gate would, and says whether its reply passes. */
function useTrial() {
  const trpc = useTRPC();
  const trial = useMutation(trpc.check.tryOut.mutationOptions());
  return {
    ask: (draft: CheckDraft, check: CheckPromptView["check"]) => trial.mutate({ prompt: draft.turns, check }),
    forget: trial.reset,
    waiting: trial.isPending,
    outcome: trial.error ? <TrialError error={trial.error} /> : trial.data ? <Trial trial={trial.data} /> : null,
  };
}

function TrialError({ error }: { error: unknown }) {
  const errorText = useErrorText();
  return (
    <Notice tone="danger" role="alert">
      {errorText(error)}
    </Notice>
  );
}

function Trial({ trial: { reply, passed } }: { trial: Outputs["check"]["tryOut"] }) {
  const t = useTranslations("gate.checks");
  const Icon = passed ? Tick : CircleX;
  return (
    <div className="rounded-lg border bg-sunken/40 p-3 text-sm">
      <p className={passed ? "flex items-center gap-1.5 text-chosen" : "flex items-center gap-1.5 text-danger"}>
        <Icon aria-hidden className="size-4" />
        <span className="font-medium">{t(passed ? "livePasses" : "liveFails")}</span>
      </p>
      <p className="mt-1.5 max-h-48 overflow-y-auto whitespace-pre-wrap break-words">
        {reply.trim() || t("liveSilent")}
      </p>
    </div>
  );
}
