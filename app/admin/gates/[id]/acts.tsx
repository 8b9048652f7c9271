// What an admin can do on a report: approve, refuse, taste blindly, activate, begin a canary, measure again, call off.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Blend } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { GateReport } from "../../../../server/domain/views/gate.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { ActivateButton } from "../../_components/activate-button.tsx";
import { MeasureButton } from "../../_components/measure-button.tsx";
import { StartCanaryButton } from "../../_components/start-canary-button.tsx";
import { isOpen, type NextAct } from "../../_lib/gate-states.ts";
import { DecideButton } from "./decide-dialog.tsx";

export function Acts({ gate, act }: { gate: GateReport; act: NextAct }) {
  const t = useTranslations("gate");
  const adapter = { id: gate.adapterId, sha256: gate.adapterSha256 };
  const ready = act === "activate" || act === "approveByActivating";
  return (
    <div className="flex flex-wrap items-center gap-2">
      {act === "wait" && <CancelGate id={gate.id} />}
      {isOpen(act) && (
        <>
          {gate.samples.length > 0 && <TasteLink gate={gate} />}
          {ready && <StartCanaryButton adapter={adapter} variant="primary" />}
          {ready && <ActivateButton adapter={adapter} variant="secondary" />}
          {gate.mayApprove && act !== "activate" && (
            <DecideButton gate={gate} approved variant={ready ? "secondary" : "primary"} />
          )}
          <DecideButton gate={gate} approved={false} variant="danger" />
        </>
      )}
      {act === "superseded" && (
        <Button asChild>
          <Link href={`/admin/gates?adapter=${gate.adapterId}`}>{t("seeNewest")}</Link>
        </Button>
      )}
      {(act === "measureAgain" || act === "stale") && (
        <MeasureButton adapterId={gate.adapterId} again variant="primary" />
      )}
      {(act === "live" || act === "wasLive") && (
        <Button asChild>
          <Link href="/admin/deployments">{t("seeDeployments")}</Link>
        </Button>
      )}
      {act === "wasLive" && <ActivateButton adapter={adapter} variant="ghost" />}
      {act === "nothing" && (
        <>
          <Button asChild variant="primary">
            <Link href="/admin/runs/new">{t("newRun")}</Link>
          </Button>
          <MeasureButton adapterId={gate.adapterId} again />
          <ActivateButton adapter={adapter} variant="ghost" allTheSame />
        </>
      )}
    </div>
  );
}

/** To the blind test, or to what came of it. */
function TasteLink({ gate }: { gate: GateReport }) {
  const t = useTranslations("gate.taste");
  const { done, total } = gate.yourTastes;
  return (
    <Button asChild variant={done === 0 ? "accent" : "secondary"}>
      <Link href={`/admin/gates/${gate.id}/taste`}>
        <Blend aria-hidden />
        {done === 0 ? t("begin") : done < total ? t("goOn", { done, total }) : t("seeResult")}
      </Link>
    </Button>
  );
}

function CancelGate({ id }: { id: string }) {
  const t = useTranslations("gate");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const cancel = useMutation(
    trpc.gate.cancel.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.gate.pathKey() }),
    }),
  );
  return (
    <Button variant="danger" busy={cancel.isPending} onClick={() => cancel.mutate({ id })}>
      {t("cancel")}
    </Button>
  );
}
