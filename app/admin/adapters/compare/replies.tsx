// What two adapters said to the same prompts, with the words marked that only one of them has.
"use client";
import { useLocale, useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import { DiffText } from "../../_components/diff-text.tsx";
import { wordDiff } from "../../_lib/word-diff.ts";
import type { Names } from "./compare.tsx";

type Sample = Outputs["adapter"]["compare"]["samples"][number];

export function Replies({ samples, names }: { samples: readonly Sample[]; names: Names }) {
  const t = useTranslations("registry.compare");
  return (
    <Card title={t("samples")}>
      {samples.length === 0 ? (
        <p className="text-quiet text-sm">{t("noSamples")}</p>
      ) : (
        <ul className="divide-y text-sm">
          {samples.map((sample) => (
            <li key={sample.prompt} className="space-y-2 py-4 first:pt-0 last:pb-0">
              <p className="whitespace-pre-wrap break-words font-medium">{sample.prompt}</p>
              <Pair sample={sample} names={names} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Pair({ sample: { a, b }, names }: { sample: Sample; names: Names }) {
  const t = useTranslations("registry.compare");
  const locale = useLocale();
  const pieces = a !== null && b !== null ? wordDiff(a, b, locale) : null;
  const sides = [
    { key: "a", name: names.a, text: a, marked: pieces?.left, tone: "candidate" },
    { key: "b", name: names.b, text: b, marked: pieces?.right, tone: "live" },
  ] as const;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {sides.map(({ key, name, text, marked, tone }) => (
        <div key={key} className="min-w-0 rounded-lg bg-sunken/60 p-3">
          <p className="mb-1 text-quiet text-xs">{name}</p>
          <p className="whitespace-pre-wrap break-words">
            {marked ? (
              <DiffText pieces={marked} tone={tone} />
            ) : (
              (text ?? <span className="text-faint">{t("noReply")}</span>)
            )}
          </p>
        </div>
      ))}
    </div>
  );
}
