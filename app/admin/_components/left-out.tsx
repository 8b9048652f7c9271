// What a Dataset leaves out of what there is, by reason.
import { useTranslations } from "next-intl";
import type { Outputs } from "../../_lib/trpc.ts";

export function LeftOut({ reasons }: { reasons: Outputs["run"]["preview"]["leftOut"] }) {
  const t = useTranslations("training.leftOut");
  return (
    <ul className="space-y-0.5">
      {reasons.map(({ reason, count }) => (
        <li key={reason}>{t(reason, { count })}</li>
      ))}
    </ul>
  );
}
