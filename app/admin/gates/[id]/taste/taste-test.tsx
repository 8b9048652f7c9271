// The blind taste test: one prompt and two replies at a time, chosen by key or tap; at the end, whose they were.
"use client";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent } from "react";
import type { TasteTask } from "../../../../../server/domain/views/gate.ts";
import { Markdown } from "../../../../_components/markdown.tsx";
import { Button } from "../../../../_components/ui/button.tsx";
import { Kbd } from "../../../../_components/ui/kbd.tsx";
import { Progress } from "../../../../_components/ui/progress.tsx";
import { Skeleton } from "../../../../_components/ui/skeleton.tsx";
import { isTaken } from "../../../../annotate/_lib/keys.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { Prompt } from "../../../_components/prompt.tsx";
import { QueryView } from "../../../_components/query-view.tsx";
import { type Choice, type TasteKey, tasteKey } from "../../_lib/taste.ts";
import { TasteResult } from "./taste-result.tsx";
import { useTaste } from "./use-taste.ts";

export function TasteTest({ gateId }: { gateId: string }) {
  const t = useTranslations("gate.taste");
  const taste = useTaste(gateId);
  return (
    <>
      <PageHeader
        back={{ href: `/admin/gates/${gateId}`, label: t("backToReport") }}
        title={t("title")}
        description={taste.over ? undefined : t("text")}
      />
      {taste.over ? (
        <TasteResult gateId={gateId} onGoOn={taste.task ? taste.goOn : null} />
      ) : (
        <QueryView query={taste.next} skeleton={<Skeleton className="h-80 w-full" />}>
          {() => taste.task && <Question key={taste.task.ordinal} task={taste.task} taste={taste} />}
        </QueryView>
      )}
    </>
  );
}

type QuestionProps = { task: TasteTask; taste: ReturnType<typeof useTaste> };

function Question({ task, taste }: QuestionProps) {
  const t = useTranslations("gate.taste");
  useTasteKeys((key) => (key === "BACK" ? taste.back?.() : taste.choose(key)));
  const number = Math.min(task.done + 1, task.total);
  return (
    <>
      <div className="mb-4">
        <Progress label={t("progress")} value={task.done} max={task.total} />
        <p role="status" className="mt-1.5 text-quiet text-sm tabular-nums">
          {t("number", { number, total: task.total })}
        </p>
      </div>
      <div className="mb-4 rounded-lg bg-sunken px-4 py-3">
        <Prompt turns={task.prompt} />
      </div>
      <div className="grid items-start gap-4 md:grid-cols-2">
        <Reply letter="A" text={task.a} />
        <Reply letter="B" text={task.b} />
      </div>
      <div className="sticky bottom-0 z-10 -mx-4 mt-5 border-t bg-canvas px-4 pt-3 pb-[calc(0.75rem+env(safe-area-inset-bottom))] sm:-mx-6 sm:px-6">
        <div className="grid grid-cols-3 gap-2">
          <ChoiceButton choice="A" keys="1" taste={taste} />
          <ChoiceButton choice="NEITHER" keys="0" taste={taste} />
          <ChoiceButton choice="B" keys="2" taste={taste} />
        </div>
        <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
          <Button size="sm" variant="ghost" disabled={!taste.back} onClick={() => taste.back?.()}>
            {t("back")}
            <Key>U</Key>
          </Button>
          {task.done > 0 && (
            <Button size="sm" variant="ghost" onClick={taste.stop}>
              {t("stop")}
            </Button>
          )}
        </div>
      </div>
    </>
  );
}

function Reply({ letter, text }: { letter: "A" | "B"; text: string }) {
  const t = useTranslations("gate");
  return (
    <article aria-label={t("taste.reply", { letter })} className="rounded-lg border bg-surface">
      <p aria-hidden className="border-b px-4 py-2 font-semibold">
        {letter}
      </p>
      <div className="wrap-anywhere px-4 py-3">
        {text.trim() ? <Markdown text={text} streaming={false} /> : <p className="text-quiet">{t("report.noText")}</p>}
      </div>
    </article>
  );
}

type ChoiceButtonProps = { choice: Choice; keys: string; taste: ReturnType<typeof useTaste> };

function ChoiceButton({ choice, keys, taste }: ChoiceButtonProps) {
  const t = useTranslations("gate.taste");
  return (
    <Button
      size="lg"
      variant={choice === "NEITHER" ? "secondary" : "primary"}
      className="min-h-11 min-w-0 max-sm:px-2 max-sm:text-sm"
      busy={taste.choosing === choice}
      disabled={taste.choosing !== null}
      // The focus stays where it was, or Enter and the arrows would press this button again.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => taste.choose(choice)}
    >
      {t(`choose.${choice}`)}
      <span className="max-md:hidden">
        <Kbd inverted={choice !== "NEITHER"}>{keys}</Kbd>
      </span>
    </Button>
  );
}

function Key({ children }: { children: string }) {
  return (
    <span className="max-md:hidden">
      <Kbd>{children}</Kbd>
    </span>
  );
}

function useTasteKeys(onKey: (key: TasteKey) => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    // A held key would choose pair after pair.
    if (event.defaultPrevented || event.isComposing || event.repeat || isTaken(event, target)) return;
    const key = tasteKey(event);
    if (!key) return;
    event.preventDefault();
    onKey(key);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
