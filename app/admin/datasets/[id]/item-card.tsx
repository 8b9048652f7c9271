// One example of a Dataset, laid out by its kind: replies with ranks or a thumb, a dialogue, a prompt with its answer, a text.
"use client";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { Badge } from "../../../_components/ui/badge.tsx";
import { cn } from "../../../_lib/cn.ts";
import type { Outputs } from "../../../_lib/trpc.ts";
import { DiffText } from "../../_components/diff-text.tsx";
import { Prompt } from "../../_components/prompt.tsx";
import { wordDiff } from "../../_lib/word-diff.ts";

type Item = Outputs["dataset"]["get"]["items"]["items"][number];
type Content = Item["content"];

export function ItemCard({ item: { content, split, weight, source } }: { item: Item }) {
  const t = useTranslations("admin.pairs");
  return (
    <div className="break-inside-avoid rounded-lg border bg-surface p-4">
      {"prompt" in content && (
        <div className="mb-3">
          <Prompt turns={content.prompt} />
        </div>
      )}
      <ContentOf content={content} />
      <footer className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-faint text-xs">
        {source && <Badge>{t(`source.${source}`)}</Badge>}
        <Badge tone={split === "HELDOUT" ? "candidate" : "neutral"}>{t(`split.${split}`)}</Badge>
        {weight !== 1 && <span>{t("weight", { weight: shortNumber(weight) })}</span>}
      </footer>
    </div>
  );
}

function ContentOf({ content }: { content: Content }) {
  const t = useTranslations("admin.datasets");
  switch (content.kind) {
    case "PAIRS":
      return <Pair chosen={content.chosen} rejected={content.rejected} />;
    case "RANKINGS":
      return (
        <ol className="grid grid-cols-1 gap-3 md:grid-cols-2">
          {content.replies.map(({ text, rank }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the replies of an example never change their place
            <li key={i}>
              <Box title={t("rank", { rank })}>{text}</Box>
            </li>
          ))}
        </ol>
      );
    case "THUMBS":
      return (
        <Box title={t(content.liked ? "liked" : "disliked")} tone={content.liked ? "chosen" : "rejected"}>
          {content.reply}
        </Box>
      );
    case "DIALOGUES":
      return <Box title={t("reply")}>{content.reply}</Box>;
    case "PROMPTS":
      return content.answer === null ? null : <Box title={t("answer")}>{content.answer}</Box>;
    case "TEXTS":
      return <p className="whitespace-pre-wrap break-words text-sm">{content.text}</p>;
  }
}

function Pair({ chosen, rejected }: { chosen: string; rejected: string }) {
  const t = useTranslations("admin.pairs");
  const locale = useLocale();
  const { left, right } = useMemo(() => wordDiff(chosen, rejected, locale), [chosen, rejected, locale]);
  return (
    <div className="grid grid-cols-1 gap-3 md:grid-cols-2">
      <Box title={t("chosen")} tone="chosen">
        <DiffText pieces={left} tone="chosen" />
      </Box>
      <Box title={t("rejected")} tone="rejected">
        <DiffText pieces={right} tone="rejected" />
      </Box>
    </div>
  );
}

const TONES = {
  plain: { border: "", text: "text-quiet", icon: null },
  chosen: { border: "border-chosen/40", text: "text-chosen", icon: ThumbsUp },
  rejected: { border: "border-rejected/40 border-dashed", text: "text-rejected", icon: ThumbsDown },
} as const;

function Box({ title, tone = "plain", children }: { title: string; tone?: keyof typeof TONES; children: ReactNode }) {
  const { border, text, icon: Icon } = TONES[tone];
  return (
    <div className={cn("h-full min-w-0 rounded-lg border p-3", border)}>
      <p className={cn("mb-1.5 flex items-center gap-1.5 font-medium text-xs", text)}>
        {Icon && <Icon aria-hidden className="size-3.5" />}
        {title}
      </p>
      <p className="whitespace-pre-wrap break-words text-sm">{children}</p>
    </div>
  );
}
