// What this installation can offer a new run: data by kind, Datasets, adapters, reward models, a judge, a teacher.
"use client";
import { useQuery } from "@tanstack/react-query";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import type { Offer } from "../../_lib/methods.ts";
import type { DataOffer } from "../../_lib/run-source.ts";

export type AdapterChoice = Outputs["adapter"]["list"][number];

export interface RunOffer {
  offer: Offer;
  data: DataOffer;
  /** LoRA policies, from which a run can go on. */
  policies: AdapterChoice[];
  rewardModels: AdapterChoice[];
}

/** Undefined while any part of it is on its way. */
export function useOffer(): { data: RunOffer | undefined; error: unknown; refetch: () => void } {
  const trpc = useTRPC();
  const options = useQuery(trpc.run.options.queryOptions());
  const datasets = useQuery(trpc.dataset.list.queryOptions());
  const adapters = useQuery(trpc.adapter.list.queryOptions());
  const queries = [options, datasets, adapters];
  const data =
    options.data && datasets.data && adapters.data
      ? {
          offer: {
            ...options.data.endpoints,
            rewardModel: adapters.data.some(({ kind }) => kind === "REWARD"),
          },
          data: { feedback: options.data.feedback, datasets: datasets.data },
          policies: adapters.data.filter(({ servable }) => servable),
          rewardModels: adapters.data.filter(({ kind }) => kind === "REWARD"),
        }
      : undefined;
  return {
    data,
    error: queries.find(({ error }) => error)?.error ?? null,
    refetch: () => {
      for (const query of queries) if (query.error) void query.refetch();
    },
  };
}
