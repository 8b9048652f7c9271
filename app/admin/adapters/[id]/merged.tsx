// Adapter and base as one file: how it is to be stored, how far its making is, and the way to it.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { MERGE_TYPES, type MergeType } from "../../../../server/domain/views/registry.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Progress } from "../../../_components/ui/progress.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useSentence } from "../../../_lib/sentence.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { bytes } from "../../_lib/format.ts";
import { DownloadLink } from "./files.tsx";

type MergeState = Outputs["adapter"]["mergeState"];

const REFRESH_MS = 700;

export function Merged({ adapterId }: { adapterId: string }) {
  const t = useTranslations("registry.files");
  const locale = useLocale();
  const [type, setType] = useState<MergeType>("keep");
  const { state, start } = useMerge(adapterId, type);
  return (
    <li className="space-y-2 border-t pt-3 text-sm">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <span className="min-w-0 flex-1 basis-56">
          {t("merged")}
          <span className="block text-pretty text-faint text-xs">
            {t("mergedText")}
            {state?.state === "DONE" && ` · ${bytes(state.bytes, locale)}`}
          </span>
        </span>
        <span className="flex items-center gap-2">
          <Select
            value={type}
            onValueChange={setType}
            label={t("type")}
            options={MERGE_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
            className="text-sm"
          />
          {state?.state === "DONE" ? (
            <DownloadLink adapterId={adapterId} file={`merged-${type}.gguf`} />
          ) : (
            <Button
              size="sm"
              busy={start.isPending || state?.state === "RUNNING"}
              disabled={!state}
              onClick={() => start.mutate({ id: adapterId, type })}
            >
              {t("make")}
            </Button>
          )}
        </span>
      </div>
      <Making state={state} />
    </li>
  );
}

function useMerge(adapterId: string, type: MergeType) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const input = { id: adapterId, type };
  const query = useQuery(
    trpc.adapter.mergeState.queryOptions(input, {
      refetchInterval: ({ state }) => (state.data?.state === "RUNNING" ? REFRESH_MS : false),
    }),
  );
  const start = useMutation(
    trpc.adapter.startMerge.mutationOptions({
      onSuccess: (state) => queryClient.setQueryData(trpc.adapter.mergeState.queryKey(input), state),
      onError: (error) => void toast(errorText(error), { duration: 10_000 }),
    }),
  );
  return { state: query.data, start };
}

function Making({ state }: { state: MergeState | undefined }) {
  const t = useTranslations("registry.files");
  const format = useFormatter();
  const sentence = useSentence();
  if (state?.state === "RUNNING") {
    const label = t("making", { share: format.number(state.done, { style: "percent", maximumFractionDigits: 0 }) });
    return (
      <div role="status" className="space-y-1 text-quiet text-xs">
        <Progress label={label} value={state.done} max={1} />
        <p className="tabular-nums">{label}</p>
      </div>
    );
  }
  if (state?.state !== "FAILED") return null;
  return (
    <Notice tone="danger" role="alert">
      {sentence(state.reason)}
    </Notice>
  );
}
