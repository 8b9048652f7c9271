// The choice of method: cards grouped by what they are for, each with when to use it, what it needs and whether that is here.
"use client";
import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { TrainingMethod } from "../../../../server/domain/run-config.ts";
import { cn } from "../../../_lib/cn.ts";
import { dataKinds, lackOf, type Offer, PURPOSES } from "../../_lib/methods.ts";
import { type DataOffer, feedbackCount, feedbackKind, fittingDatasets } from "../../_lib/run-source.ts";

type MethodChoiceProps = {
  value: TrainingMethod;
  offer: Offer;
  data: DataOffer;
  onChange: (method: TrainingMethod) => void;
};

export function MethodChoice({ value, offer, data, onChange }: MethodChoiceProps) {
  const t = useTranslations("training");
  return (
    <fieldset className="grid gap-x-2 gap-y-5 sm:grid-cols-2">
      <legend className="sr-only">{t("choice.method")}</legend>
      {PURPOSES.map(({ key, methods }) => (
        <fieldset
          key={key}
          aria-labelledby={`purpose-${key}`}
          className={cn("min-w-0", methods.length > 1 && "sm:col-span-2")}
        >
          <p id={`purpose-${key}`} className="mb-2 text-sm">
            <span className="font-medium">{t(`purpose.${key}.title`)}</span>{" "}
            <span className="text-quiet">{t(`purpose.${key}.text`)}</span>
          </p>
          <div className={cn("grid gap-2", methods.length > 1 && "sm:grid-cols-2")}>
            {methods.map((method) => (
              <MethodCard
                key={method}
                method={method}
                chosen={method === value}
                offer={offer}
                data={data}
                onChoose={() => onChange(method)}
              />
            ))}
          </div>
        </fieldset>
      ))}
    </fieldset>
  );
}

type MethodCardProps = {
  method: TrainingMethod;
  chosen: boolean;
  offer: Offer;
  data: DataOffer;
  onChoose: () => void;
};

function MethodCard({ method, chosen, offer, data, onChoose }: MethodCardProps) {
  const t = useTranslations("training");
  const lack = lackOf(method, offer);
  return (
    <label
      className={cn(
        "flex h-full gap-3 rounded-lg border border-line-strong p-3 has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
        lack?.blocks
          ? "cursor-not-allowed border-dashed"
          : "cursor-pointer hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft",
      )}
    >
      <input
        type="radio"
        name="method"
        value={method}
        checked={chosen}
        disabled={lack?.blocks}
        onChange={onChoose}
        aria-labelledby={`method-${method}`}
        aria-describedby={`method-${method}-text method-${method}-needs`}
        className="mt-1 size-4 shrink-0 accent-accent outline-none"
      />
      <span className="min-w-0 space-y-1">
        <span id={`method-${method}`} className="block font-medium text-sm">
          {t(`method.${method}`)}
        </span>
        <span id={`method-${method}-text`} className="block text-pretty text-quiet text-sm">
          {t(`when.${method}`)}
        </span>
        <span id={`method-${method}-needs`} className="block text-pretty text-quiet text-xs">
          <Needs method={method} data={data} />
          {lack && (
            <span className="mt-1 flex items-start gap-1 text-rejected">
              <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
              {t(`lack.${lack.lack}`)}
            </span>
          )}
        </span>
      </span>
    </label>
  );
}

/** "Needs pairs or rankings · here: 34 pairs from feedback, 1 Dataset". */
function Needs({ method, data }: { method: TrainingMethod; data: DataOffer }) {
  const t = useTranslations("training");
  const kind = feedbackKind(method);
  const fromFeedback = feedbackCount(method, data);
  const datasets = fittingDatasets(method, data).length;
  const sources = [
    ...(kind && fromFeedback > 0
      ? [t("choice.fromFeedback", { examples: t(`count.${kind}`, { count: fromFeedback }) })]
      : []),
    ...(datasets > 0 ? [t("choice.datasets", { count: datasets })] : []),
  ];
  return (
    <span className="block">
      {t("choice.needs", {
        kinds: dataKinds(method)
          .map((needed) => t(`kind.${needed}`))
          .join(t("choice.or")),
      })}
      {" · "}
      {sources.length > 0 ? t("choice.there", { sources: sources.join(t("choice.listed")) }) : t("choice.noneThere")}
    </span>
  );
}
