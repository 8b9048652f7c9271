// Whether the viewer lets their conversations be learned from, as an account, with the way to change it.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../_components/ui/toast.tsx";
import { useErrorText } from "./error-text.ts";
import { type Outputs, useTRPC } from "./trpc.ts";

export type Account = Outputs["account"]["get"];

export function useTrainingChoice() {
  const t = useTranslations("chat.welcome");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const client = useQueryClient();
  const errorText = useErrorText();
  const key = trpc.account.get.queryKey();
  const query = useQuery(trpc.account.get.queryOptions(undefined, { staleTime: 60_000 }));

  const show = async (change: Partial<Account>) => {
    await client.cancelQueries({ queryKey: key });
    const before = client.getQueryData(key);
    client.setQueryData(key, (old) => old && { ...old, ...change });
    return { before };
  };
  const onError = (error: unknown, _input: unknown, shown: { before: Account | undefined } | undefined) => {
    client.setQueryData(key, shown?.before);
    toast(errorText(error));
  };
  const onSuccess = (account: Account) => void client.setQueryData(key, account);
  const scope = { id: "account" };

  const set = useMutation(
    trpc.account.setTraining.mutationOptions({
      scope,
      onMutate: ({ optOut }) => show({ trainingOptOut: optOut }),
      onError,
      onSuccess,
    }),
  );
  const consent = useMutation(
    trpc.account.consent.mutationOptions({
      scope,
      onMutate: () => show({ consentedAt: new Date() }),
      onError,
      onSuccess,
    }),
  );
  return {
    account: query.data,
    query,
    setOptOut(optOut: boolean): void {
      set.mutate({ optOut });
      toastWithUndo(
        t(optOut ? "notLearning" : "learning"),
        { label: common("undo"), onClick: () => set.mutate({ optOut: !optOut }) },
        "training",
      );
    },
    /** The viewer has read how their words are used. */
    consent: () => consent.mutate(),
  };
}
