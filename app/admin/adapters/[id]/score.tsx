// Asks a reward model about replies to a prompt, and shows their scores as bars around 0.
"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { IconButton } from "../../../_components/ui/icon-button.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Progress } from "../../../_components/ui/progress.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";

const POLL_MS = 500;
const MOST_REPLIES = 8;
const MOST_CHARACTERS = 8_000;

export function Score({ adapterId }: { adapterId: string }) {
  const t = useTranslations("training.score");
  const [prompt, setPrompt] = useState("");
  const [replies, setReplies] = useState([
    { id: 0, text: "" },
    { id: 1, text: "" },
  ]);
  const [tried, setTried] = useState(false);
  const scoring = useScoring();
  const asked = replies.filter(({ text }) => text.trim() !== "");
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (prompt.trim() === "" || asked.length === 0) return;
    scoring.ask(
      adapterId,
      prompt,
      asked.map(({ text }) => text),
    );
  };
  return (
    <Card id="score" title={t("title")} description={t("text")} className="scroll-mt-4">
      <form onSubmit={ask} noValidate className="space-y-4">
        <Field label={t("prompt")} error={tried && prompt.trim() === "" ? t("needPrompt") : undefined}>
          <Textarea value={prompt} maxLength={MOST_CHARACTERS} onChange={(event) => setPrompt(event.target.value)} />
        </Field>
        <ul className="space-y-4">
          {replies.map(({ id, text }, i) => (
            <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-2">
              <Field
                label={t("reply", { number: i + 1 })}
                error={tried && asked.length === 0 && i === 0 ? t("needReply") : undefined}
              >
                <Textarea
                  value={text}
                  maxLength={MOST_CHARACTERS}
                  onChange={(event) =>
                    setReplies(replies.map((one) => (one.id === id ? { id, text: event.target.value } : one)))
                  }
                />
              </Field>
              <IconButton
                label={t("remove", { number: i + 1 })}
                className="mt-6.5"
                disabled={replies.length === 1}
                onClick={() => setReplies(replies.filter((one) => one.id !== id))}
              >
                <Trash2 />
              </IconButton>
            </li>
          ))}
        </ul>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" busy={scoring.waiting}>
            {t("act")}
          </Button>
          {replies.length < MOST_REPLIES && (
            <Button
              onClick={() => setReplies([...replies, { id: Math.max(...replies.map(({ id }) => id)) + 1, text: "" }])}
            >
              <Plus aria-hidden />
              {t("add")}
            </Button>
          )}
        </div>
      </form>
      <div aria-live="polite" className="mt-4 empty:hidden">
        <Outcome scoring={scoring} />
      </div>
    </Card>
  );
}

/** Asks, then looks every half second whether the trainer has answered. */
function useScoring() {
  const trpc = useTRPC();
  const request = useMutation(trpc.reward.score.mutationOptions());
  const id = request.data?.id;
  const result = useQuery(
    trpc.reward.result.queryOptions(
      { id: id ?? "" },
      {
        enabled: id !== undefined,
        staleTime: Number.POSITIVE_INFINITY,
        refetchInterval: ({ state }) => (!state.data || state.data.state === "WAITING" ? POLL_MS : false),
      },
    ),
  );
  const answer = id === undefined ? undefined : result.data;
  return {
    ask: (adapterId: string, prompt: string, replies: readonly string[]) =>
      request.mutate({ adapterId, items: replies.map((reply) => ({ prompt, reply })) }),
    replies: request.variables?.items.map(({ reply }) => reply) ?? [],
    waiting: request.isPending || (id !== undefined && !result.error && (!answer || answer.state === "WAITING")),
    answer,
    error: request.error ?? (id === undefined ? null : result.error),
  };
}

function Outcome({ scoring }: { scoring: ReturnType<typeof useScoring> }) {
  const t = useTranslations("training.score");
  const errorText = useErrorText();
  const { answer, error, waiting, replies } = scoring;
  if (error) {
    return (
      <Notice tone="danger" role="alert">
        {errorText(error)}
      </Notice>
    );
  }
  if (waiting) {
    return (
      <div className="space-y-1.5 text-quiet text-sm">
        <Progress label={t("act")} value={null} />
        <p>{t("waiting")}</p>
      </div>
    );
  }
  if (answer?.state === "FAILED") {
    return (
      <Notice tone="danger" role="alert">
        <span lang="en">{answer.error}</span>
      </Notice>
    );
  }
  return answer?.state === "DONE" ? <Scores replies={replies} scores={answer.scores} /> : null;
}

/** Bars to the right of the middle are above 0, to the left below; the number says the same. */
function Scores({ replies, scores }: { replies: readonly string[]; scores: readonly number[] }) {
  const t = useTranslations("training.score");
  const widest = Math.max(1e-9, ...scores.map(Math.abs));
  const best = Math.max(...scores);
  return (
    <div>
      <h3 className="mb-2 font-medium text-sm">{t("result")}</h3>
      <ul className="divide-y rounded-lg border">
        {scores.map((score, i) => {
          const share = (Math.abs(score) / widest) * 50;
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: scores stay in the order of the replies
              key={i}
              className="grid gap-x-4 gap-y-1.5 p-3 sm:grid-cols-[minmax(0,1fr)_12rem_8.5rem] sm:items-center"
            >
              <span className="line-clamp-2 min-w-0 break-words text-sm">{replies[i]}</span>
              <span aria-hidden className="relative h-2 rounded-full bg-sunken [print-color-adjust:exact]">
                <span className="-inset-y-0.5 absolute left-1/2 w-px bg-line-strong" />
                <span
                  className={`absolute inset-y-0 rounded-full ${score < 0 ? "bg-rejected" : "bg-chosen"}`}
                  style={{ left: score < 0 ? `${50 - share}%` : "50%", width: `${share}%` }}
                />
              </span>
              <span className="flex items-center gap-2 font-medium text-sm tabular-nums sm:justify-end">
                {shortNumber(score)}
                {score === best && scores.length > 1 && <Badge tone="chosen">{t("best")}</Badge>}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
