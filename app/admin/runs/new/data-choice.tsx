// What a run learns from: people's feedback, a Dataset, or a file uploaded now; and what is replayed against forgetting.
"use client";
import { useTranslations } from "next-intl";
import { Field } from "../../../_components/ui/field.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { useDatasetName } from "../../_components/dataset-name.ts";
import { UploadDataset } from "../../_components/upload-dataset.tsx";
import { dataKinds, takesReplay } from "../../_lib/methods.ts";
import { type DataOffer, feedbackCount, feedbackKind, fittingDatasets, replayDatasets } from "../../_lib/run-source.ts";
import type { RunForm } from "./use-run-form.ts";

export function DataChoice({ form, data }: { form: RunForm; data: DataOffer }) {
  const t = useTranslations("training");
  const nameOf = useDatasetName();
  const { method } = form;
  const kind = feedbackKind(method);
  const count = feedbackCount(method, data);
  const options = [
    ...(kind
      ? [
          {
            value: "feedback",
            label:
              count > 0 ? t("source.feedback", { examples: t(`count.${kind}`, { count }) }) : t("source.feedbackNone"),
          },
        ]
      : []),
    ...fittingDatasets(method, data).map((dataset) => ({
      value: dataset.id,
      label: `${nameOf(dataset)} · ${t(`count.${dataset.kind}`, { count: dataset.train + dataset.heldOut })}`,
    })),
    { value: "upload", label: t("source.upload") },
  ];
  const replay = replayDatasets(data);
  return (
    <div className="space-y-5">
      <Field
        label={t("source.label")}
        hint={dataKinds(method)
          .map((needed) => t(`kindText.${needed}`))
          .join(" ")}
      >
        <Select value={form.from} onValueChange={(source) => form.set({ source })} options={options} />
      </Field>
      {form.from === "upload" && (
        <div className="rounded-lg border border-dashed p-4">
          <UploadDataset kinds={dataKinds(method)} onStored={({ id }) => form.set({ source: id })} />
        </div>
      )}
      {takesReplay(method) && replay.length > 0 && (
        <Field label={t("source.replay")} hint={t("source.replayHint")}>
          <Select
            value={form.replayDatasetId ?? "none"}
            onValueChange={(id) => form.set({ replayDatasetId: id === "none" ? null : id })}
            options={[
              { value: "none", label: t("source.none") },
              ...replay.map((dataset) => ({ value: dataset.id, label: nameOf(dataset) })),
            ]}
          />
        </Field>
      )}
    </div>
  );
}
