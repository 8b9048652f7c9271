// What the taste test came to: how often the candidate was preferred, whether that may be chance, and whose each reply was.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useMemo } from "react";
import { Button } from "../../../../_components/ui/button.tsx";
import { Skeleton } from "../../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../../_lib/trpc.ts";
import { Prompt } from "../../../_components/prompt.tsx";
import { QueryView } from "../../../_components/query-view.tsx";
import { wordDiff } from "../../../_lib/word-diff.ts";
import { tally } from "../../_lib/taste.ts";
import { Reply } from "../telling-pairs.tsx";

type Tasted = Outputs["gate"]["tasteResult"]["choices"][number];

/** `onGoOn`: pairs are left, and one may go back to them. */
export function TasteResult({ gateId, onGoOn }: { gateId: string; onGoOn: (() => void) | null }) {
  const t = useTranslations("gate.taste");
  const trpc = useTRPC();
  const query = useQuery(trpc.gate.tasteResult.queryOptions({ gateId }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-60 w-full" />}>
      {({ choices: tasted }) => (
        <div className="space-y-6">
          <section aria-label={t("result")} className="rounded-lg border bg-surface p-4 sm:p-5">
            <Sum tasted={tasted} />
            <div className="mt-4 flex flex-wrap gap-2">
              <Button asChild variant="primary">
                <Link href={`/admin/gates/${gateId}`}>{t("decideNow")}</Link>
              </Button>
              {onGoOn && <Button onClick={onGoOn}>{t("more")}</Button>}
            </div>
          </section>
          {tasted.length > 0 && (
            <section aria-labelledby="tasted">
              <h2 id="tasted" className="mb-3 font-semibold text-base">
                {t("whose")}
              </h2>
              <ol className="space-y-4">
                {tasted.map((one) => (
                  <li key={one.ordinal}>
                    <Unveiled tasted={one} />
                  </li>
                ))}
              </ol>
            </section>
          )}
        </div>
      )}
    </QueryView>
  );
}

function Sum({ tasted }: { tasted: readonly Tasted[] }) {
  const t = useTranslations("gate.taste");
  if (tasted.length === 0) return <p>{t("nothing")}</p>;
  const { candidate, live, neither, leaning } = tally(tasted.map(({ choice }) => choice));
  return (
    <>
      <p className="text-pretty font-medium text-lg">
        {t("chosen", { total: tasted.length, candidate, live, neither })}
      </p>
      <p className="mt-1 text-pretty text-quiet">{t(`leaning.${leaning}`)}</p>
    </>
  );
}

function Unveiled({ tasted }: { tasted: Tasted }) {
  const t = useTranslations("gate.taste");
  const locale = useLocale();
  const { left, right } = useMemo(
    () => wordDiff(tasted.candidate, tasted.live, locale),
    [tasted.candidate, tasted.live, locale],
  );
  return (
    <article className="rounded-lg border bg-surface p-4">
      <div className="mb-3">
        <Prompt turns={tasted.prompt} />
      </div>
      <div className="grid gap-3 md:grid-cols-2">
        <Reply side="candidate" pieces={left} chosen={tasted.choice === 1} />
        <Reply side="live" pieces={right} chosen={tasted.choice === -1} />
      </div>
      {tasted.choice === 0 && <p className="mt-2 text-quiet text-sm">{t("choseNeither")}</p>}
    </article>
  );
}
