// Whether what a run made can be activated here, and what to do with it where it cannot.
import { useTranslations } from "next-intl";
import { servedAs } from "../_lib/served.ts";

type ServedProps = { made: { kind: "POLICY" | "REWARD"; tuning: string; servable: boolean } };

export function Served({ made }: ServedProps) {
  const t = useTranslations("training.served");
  return t(servedAs(made));
}
