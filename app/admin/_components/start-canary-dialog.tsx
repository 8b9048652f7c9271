// The dialog behind "Start a canary": which adapter, growing by stages or with a fixed share, and what its gate says.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { type PlanFields, planFields, planOf } from "../_lib/canary-plan.ts";
import { releaseName, shortHash } from "../_lib/format.ts";
import { perMille } from "../_lib/shares.ts";
import { CanaryPlanFields } from "./canary-plan-fields.tsx";
import { GateOverride, isReason } from "./gate-override.tsx";

type StartCanaryDialogProps = { adapter: { id: string; sha256: string } | null; onClose: () => void };
type How = "canary" | "fixed";

const FIRST_SHARE = "10";

export function StartCanaryDialog({ adapter: given, onClose }: StartCanaryDialogProps) {
  const t = useTranslations("traffic.deployments.start");
  const trpc = useTRPC();
  const [chosen, setChosen] = useState<string | null>(null);
  const [how, setHow] = useState<How>("canary");
  const [share, setShare] = useState(FIRST_SHARE);
  const [plan, setPlan] = useState<PlanFields | null>(null);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const traffic = useQuery(trpc.deployment.traffic.queryOptions());
  const candidates = useCandidates(given === null, traffic.data);
  const adapter = given ?? candidates?.find(({ id }) => id === chosen) ?? candidates?.[0] ?? null;
  const asked = useQuery(
    trpc.gate.mayGoLive.queryOptions({ adapterId: adapter?.id ?? null }, { enabled: adapter !== null, gcTime: 0 }),
  );
  const fields = plan ?? (traffic.data ? planFields(traffic.data.plan) : null);
  const act = useStart(onClose);

  const made = fields && planOf(fields);
  const perMilles = perMille(share);
  const answer = asked.data;
  const fits = how === "canary" ? made !== null : perMilles !== null && perMilles > 0;
  const allowed = answer?.allowed === true || (answer?.allowed === false && answer.mayOverride && isReason(reason));
  const start = () => {
    setTried(true);
    if (!adapter || !answer || !fits || !allowed) return;
    const candidate = { adapterId: adapter.id, ...(answer.allowed ? {} : { override: reason.trim() }) };
    if (how === "canary") act.canary.mutate({ ...candidate, plan: made! });
    else act.arm.mutate({ ...candidate, share: perMilles! });
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={given ? t("title", { adapter: shortHash(given.sha256) }) : t("titleAny")}
      description={t("text")}
      className="sm:max-w-lg"
      footer={
        <Button
          variant={answer?.allowed === false ? "danger" : "primary"}
          busy={act.canary.isPending || act.arm.isPending}
          disabled={!adapter || !answer || (answer.allowed === false && !answer.mayOverride)}
          onClick={start}
        >
          {answer?.allowed === false ? t("actAnyway") : t("act")}
        </Button>
      }
    >
      <div className="space-y-4">
        {!given && candidates?.length === 0 && <p className="text-quiet text-sm">{t("adapterNone")}</p>}
        {!given && adapter && (
          <Field label={t("adapter")}>
            <Select value={adapter.id} onValueChange={setChosen} options={candidates!.map(optionOf)} />
          </Field>
        )}
        {adapter && asked.isPending && <Skeleton className="h-12 w-full" />}
        {answer?.allowed === false && (
          <GateOverride answer={answer} reason={reason} onReason={setReason} tried={tried} />
        )}
        <Field label={t("how")} hint={t(how === "canary" ? "canaryHint" : "fixedHint")}>
          <Select
            value={how}
            onValueChange={setHow}
            options={[
              { value: "canary", label: t("canary") },
              { value: "fixed", label: t("fixed") },
            ]}
          />
        </Field>
        {how === "fixed" && (
          <Field label={t("share")} error={tried && !fits ? t("badShare") : undefined}>
            <Input inputMode="decimal" value={share} onChange={(event) => setShare(event.target.value)} />
          </Field>
        )}
        {how === "canary" && fields && (
          <CanaryPlanFields fields={fields} onChange={setPlan} error={tried && !fits ? t("badPlan") : undefined} />
        )}
      </div>
    </Dialog>
  );
}

type Adapter = Outputs["adapter"]["list"][number];

const optionOf = ({ id, sha256, name }: Adapter) => ({
  value: id,
  label: name ? `${name} · ${shortHash(sha256)}` : shortHash(sha256),
});

/** Adapters that could be tried beside what is live, newest first; undefined while they load. */
function useCandidates(wanted: boolean, traffic: Outputs["deployment"]["traffic"] | undefined): Adapter[] | undefined {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.adapter.list.queryOptions({ kind: "POLICY" }, { enabled: wanted }));
  if (!data || !traffic) return undefined;
  const speaking = new Set(traffic.arms.map(({ adapterId }) => adapterId));
  return data.filter(
    ({ id, servable, status, files }) =>
      servable && status !== "RETIRED" && status !== "REJECTED" && files.length > 0 && !speaking.has(id),
  );
}

function useStart(onDone: () => void) {
  const t = useTranslations("traffic.deployments.start");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const options = {
    onError: (error: unknown) => void toast(errorText(error), { duration: 10_000 }),
    onSuccess: async (traffic: Outputs["deployment"]["traffic"]) => {
      onDone();
      queryClient.setQueryData(trpc.deployment.traffic.queryKey(), traffic);
      const newest = traffic.arms.reduce((a, b) => (b.number > a.number ? b : a));
      toast(t("started", { release: releaseName(newest), share: newest.share / 1000 }));
      await Promise.all(
        [trpc.deployment, trpc.gate, trpc.adapter, trpc.overview].map((router) =>
          queryClient.invalidateQueries({ queryKey: router.pathKey() }),
        ),
      );
    },
  };
  return {
    canary: useMutation(trpc.deployment.startCanary.mutationOptions(options)),
    arm: useMutation(trpc.deployment.startArm.mutationOptions(options)),
  };
}
