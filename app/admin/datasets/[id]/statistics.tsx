// What a Dataset is like, in pictures: lengths, languages, sources, balance, weights and doubts.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Histogram } from "../../../_components/charts/histogram.tsx";
import type { Meaning } from "../../../_components/charts/series.ts";
import { ShareBars } from "../../../_components/charts/share-bars.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { QueryView } from "../../_components/query-view.tsx";
import { useLanguageName } from "../../_lib/language-name.ts";
import type { DatasetDetails } from "./dataset.tsx";

type StatisticsView = Outputs["dataset"]["statistics"];
type Balance = StatisticsView["balance"][number]["name"];

const BALANCE_MEANING: Record<Balance, Meaning> = {
  liked: "chosen",
  disliked: "rejected",
  longer: "candidate",
  shorter: "quiet",
  equal: "live",
};
/** Closer to a half than this, as a share of pairs, length favours neither side. */
const EVEN = 0.05;

export function Statistics({ dataset: { id } }: { dataset: DatasetDetails }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.dataset.statistics.queryOptions({ id }, { staleTime: Number.POSITIVE_INFINITY }));
  return (
    <QueryView query={query} skeleton={<StatisticsSkeleton />}>
      {(statistics) => (
        <div className="space-y-4">
          <Summary statistics={statistics} />
          <Lengths statistics={statistics} />
          <div className="grid grid-cols-1 items-start gap-4 md:grid-cols-2 lg:grid-cols-3">
            <Composition statistics={statistics} />
          </div>
          <Trust statistics={statistics} />
        </div>
      )}
    </QueryView>
  );
}

function StatisticsSkeleton() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-5 w-96 max-w-full" />
      <Skeleton className="h-56 w-full" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}

function Summary({ statistics: { examples, raters, clusters } }: { statistics: StatisticsView }) {
  const t = useTranslations("data.statistics");
  const format = useFormatter();
  const share = format.number(raters.largestShare, { style: "percent", maximumFractionDigits: 1 });
  return (
    <p className="max-w-3xl text-pretty">
      {t("total", { count: examples })} {t("raters", { count: raters.count, share })} {t("clusters", clusters)}
    </p>
  );
}

function Lengths({ statistics: { length, lengthDifference, balance } }: { statistics: StatisticsView }) {
  const t = useTranslations("data.statistics");
  const unit = t("characters");
  return (
    <Card title={t("lengths")} description={lengthDifference ? <LengthFinding balance={balance} /> : undefined}>
      <div className="grid grid-cols-1 gap-x-8 gap-y-6 sm:grid-cols-2">
        <Histogram title={t("lengthPrompt")} unit={unit} bins={length.prompt} />
        <Histogram
          title={t(length.rejected ? "lengthChosen" : "lengthReply")}
          unit={unit}
          bins={length.chosen}
          meaning="chosen"
        />
        {length.rejected && (
          <Histogram title={t("lengthRejected")} unit={unit} bins={length.rejected} meaning="rejected" />
        )}
        {lengthDifference && (
          <Histogram title={t("lengthDifference")} unit={unit} bins={lengthDifference} meaning="candidate" mark={0} />
        )}
      </div>
    </Card>
  );
}

/** Whether length alone would tell which reply was chosen. */
function LengthFinding({ balance }: { balance: StatisticsView["balance"] }) {
  const t = useTranslations("data.statistics");
  const format = useFormatter();
  const of = (wanted: Balance) => balance.find(({ name }) => name === wanted)?.count ?? 0;
  const all = of("longer") + of("shorter") + of("equal");
  if (all === 0) return null;
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const longer = of("longer") / all;
  const shorter = of("shorter") / all;
  if (Math.abs(longer - shorter) < EVEN * 2) return t("lengthDifferenceEven");
  return longer > shorter
    ? t("lengthDifferenceLong", { share: percent(longer) })
    : t("lengthDifferenceShort", { share: percent(shorter) });
}

function Composition({ statistics: { languages, sources, balance } }: { statistics: StatisticsView }) {
  const t = useTranslations("data.statistics");
  const words = useTranslations("admin.pairs.source");
  const languageName = useLanguageName();
  return (
    <>
      <Card title={t("languages")}>
        <ShareBars
          label={t("languages")}
          shares={languages.map(({ language, count }) => ({ key: language, label: languageName(language), count }))}
        />
      </Card>
      <Card title={t("sources")}>
        <ShareBars
          label={t("sources")}
          shares={sources.map(({ source, count }) => ({
            key: source,
            label: source === "UPLOAD" ? t("upload") : words(source),
            count,
          }))}
        />
      </Card>
      {balance.length > 0 && (
        <Card title={t("balance")}>
          <ShareBars
            label={t("balance")}
            shares={balance.map(({ name, count }) => ({
              key: name,
              label: t(`balanceName.${name}`),
              count,
              meaning: BALANCE_MEANING[name],
            }))}
          />
        </Card>
      )}
    </>
  );
}

function Trust({ statistics: { weight, epsilon } }: { statistics: StatisticsView }) {
  const t = useTranslations("data.statistics");
  return (
    <Card title={t("trust")}>
      <div className="grid grid-cols-1 gap-x-8 gap-y-6 sm:grid-cols-2">
        <Histogram title={t("weight")} unit={t("weightUnit")} bins={weight} />
        {epsilon && <Histogram title={t("epsilon")} unit={t("epsilonUnit")} bins={epsilon} meaning="rejected" />}
      </div>
    </Card>
  );
}
