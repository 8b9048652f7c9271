// Taking a judgement back from the list of all of them, and giving it again when that is undone.
"use client";
import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { newRequestKey } from "../../_lib/request-key.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { type Acts, actsOn } from "./judgement-acts.ts";

type JudgementPage = Outputs["feedback"]["mine"];
export type MyJudgement = JudgementPage["items"][number];

export function useWithdraw() {
  const t = useTranslations("settings.feedback");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const client = useQueryClient();
  const errorText = useErrorText();
  const list = trpc.feedback.mine.infiniteQueryFilter();
  const clear = useMutation(trpc.feedback.clear.mutationOptions());
  const set = useMutation(trpc.feedback.set.mutationOptions());
  const unchoose = useMutation(trpc.feedback.unchoose.mutationOptions());
  const choose = useMutation(trpc.feedback.choose.mutationOptions());
  const withdrawEdit = useMutation(trpc.feedback.withdrawEdit.mutationOptions());
  const edit = useMutation(trpc.feedback.edit.mutationOptions());

  const acts: Acts = {
    clear: clear.mutateAsync,
    set: set.mutateAsync,
    unchoose: unchoose.mutateAsync,
    choose: choose.mutateAsync,
    withdrawEdit: withdrawEdit.mutateAsync,
    edit: (input) => edit.mutateAsync({ ...input, requestKey: newRequestKey() }),
  };

  /** Does it, and shows the list as the server then has it. The chat's conversations are asked for anew as well. */
  async function run(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      toast(errorText(error));
      return false;
    } finally {
      void client.invalidateQueries(list);
      void client.invalidateQueries(trpc.conversation.get.pathFilter());
    }
  }

  return async function withdraw(judgement: MyJudgement): Promise<void> {
    const possible = actsOn(judgement, acts);
    if (!possible) return;
    await client.cancelQueries(list);
    client.setQueriesData<InfiniteData<JudgementPage>>(
      list,
      (old) =>
        old && {
          ...old,
          pages: old.pages.map((page) => ({ ...page, items: page.items.filter(({ id }) => id !== judgement.id) })),
        },
    );
    if (!(await run(possible.withdraw))) return;
    const { giveAgain } = possible;
    const id = `judgement:${judgement.id}`;
    if (giveAgain) toastWithUndo(t("withdrawn"), { label: common("undo"), onClick: () => void run(giveAgain) }, id);
    else toast(t("withdrawn"), { id });
  };
}
