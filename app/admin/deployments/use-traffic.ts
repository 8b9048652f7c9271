// The traffic as it is now, and every act on it: what each says when done, and how it is undone.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { releaseName } from "../_lib/format.ts";
import { useShareWords } from "./use-share-words.ts";

/** Figures come in, stages begin by themselves, and another admin may act. */
const REFRESH_MS = 3_000;

export type Traffic = Outputs["deployment"]["traffic"];
export type ArmData = Traffic["arms"][number];

export function useTraffic() {
  const trpc = useTRPC();
  return useQuery(trpc.deployment.traffic.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
}

/** Toasts of one kind stand in each other's place; but a toast whose Undo was clicked is leaving, and would take along what stands in its place. */
const [TOAST, UNDONE, FAILED] = ["traffic", "traffic-undone", "traffic-failed"];

export function useTrafficActs() {
  const t = useTranslations("traffic.deployments");
  const undo = useTranslations("common")("undo");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const percent = useShareWords();
  const onError = (error: unknown) => void toast(errorText(error), { duration: 10_000, id: FAILED });
  const refresh = () =>
    Promise.all(
      [trpc.deployment.pathKey(), trpc.overview.pathKey(), trpc.adapter.pathKey()].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  const keep = (view: Traffic) => {
    queryClient.setQueryData(trpc.deployment.traffic.queryKey(), view);
    void refresh();
  };
  const options = { onError, onSuccess: keep };
  const share = useMutation(trpc.deployment.setShare.mutationOptions(options));
  const stop = useMutation(trpc.deployment.stopArm.mutationOptions(options));
  const startArm = useMutation(trpc.deployment.startArm.mutationOptions({ onSuccess: keep }));
  const startCanary = useMutation(trpc.deployment.startCanary.mutationOptions({ onSuccess: keep }));
  const pause = useMutation(trpc.deployment.pauseCanary.mutationOptions(options));
  const resume = useMutation(trpc.deployment.resumeCanary.mutationOptions(options));
  const advance = useMutation(trpc.deployment.advanceCanary.mutationOptions(options));
  const freeze = useMutation(trpc.deployment.freeze.mutationOptions(options));
  const unfreeze = useMutation(trpc.deployment.unfreeze.mutationOptions(options));
  const rollBack = useMutation(trpc.deployment.rollback.mutationOptions({ onError, onSettled: refresh }));
  const activate = useMutation(trpc.deployment.activate.mutationOptions({ onError, onSettled: refresh }));

  /** Sets a share and offers the one before; a canary that was running is paused by it and goes on again when undone. */
  const setShare = (arm: ArmData, wanted: number, before: number, canaryRan: boolean) => {
    const { deploymentId } = arm;
    const release = releaseName(arm);
    share.mutate(
      { deploymentId, share: wanted },
      {
        onSuccess: () => {
          const said = t(canaryRan ? "shareSetPaused" : "shareSet", { release, share: percent(wanted) });
          const back = async () => {
            await share.mutateAsync({ deploymentId, share: before }).catch(() => undefined);
            if (canaryRan) await resume.mutateAsync({}).catch(() => undefined);
            toast(t("shareBack", { release, share: percent(before) }), { id: UNDONE });
          };
          toastWithUndo(said, { label: undo, onClick: () => void back() }, TOAST);
        },
      },
    );
  };

  /** One click; what was live comes back by the toast, though that is an activation and may ask for the password. */
  const goBack = (live: ArmData) =>
    rollBack.mutate(
      { from: live.deploymentId },
      {
        onSuccess: (release) => {
          const again = () =>
            activate.mutate(
              { adapterId: live.adapterId },
              { onSuccess: (made) => void toast(t("rollBackUndone", { release: releaseName(made) }), { id: UNDONE }) },
            );
          toastWithUndo(t("rolledBack", { release: releaseName(release) }), { label: undo, onClick: again }, TOAST);
        },
      },
    );

  /** Ends an arm and offers it back: with the share it had, or its canary from the first stage on, since what it has shown is over. */
  const stopArm = (arm: ArmData, canary: Traffic["canary"]) => {
    const { deploymentId, adapterId, share: before } = arm;
    const again = async () => {
      // It was let in before; where the gate asks for a reason, this is it.
      const answer = await queryClient.fetchQuery(trpc.gate.mayGoLive.queryOptions({ adapterId }));
      const candidate = { adapterId, ...(answer.allowed ? {} : { override: t("stopUndone") }) };
      if (canary) await startCanary.mutateAsync({ ...candidate, plan: canary.plan });
      else await startArm.mutateAsync({ ...candidate, share: before });
      toast(t("startedAgain"), { id: UNDONE });
    };
    const onClick = () => void again().catch(onError);
    stop.mutate(
      { deploymentId },
      {
        onSuccess: () => {
          const label = canary ? t("beginAgain") : undo;
          toastWithUndo(t("stopped", { release: releaseName(arm) }), { label, onClick }, TOAST);
        },
      },
    );
  };

  const say = (words: string) => ({ onSuccess: () => void toast(words, { id: TOAST }) });
  return {
    ...{ setShare, goBack },
    rollingBack: rollBack.isPending,
    busy: [share, stop, pause, resume, advance, freeze, unfreeze].some(({ isPending }) => isPending),
    stopArm,
    pauseCanary: () => pause.mutate({}, say(t("isPaused"))),
    resumeCanary: () => resume.mutate({}, say(t("isResumed"))),
    advanceCanary: (from: number, words: string) => advance.mutate({ from }, say(words)),
    freeze: (reason: string, done: () => void) =>
      freeze.mutate(
        { reason },
        {
          onSuccess: () => {
            done();
            toast(t("isFrozen"), { id: TOAST });
          },
        },
      ),
    unfreeze: () => unfreeze.mutate({}, say(t("isUnfrozen"))),
  };
}

export type TrafficActs = ReturnType<typeof useTrafficActs>;
