// Whether a difference is sure, as a word with a shape: an arrow up, an arrow down, or a question mark.
import { ArrowDown, ArrowUp, CircleHelp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";

const LOOK = {
  better: { icon: ArrowUp, tone: "chosen" },
  worse: { icon: ArrowDown, tone: "rejected" },
  unsure: { icon: CircleHelp, tone: "neutral" },
} as const;

export function CertaintyBadge({ certainty }: { certainty: keyof typeof LOOK }) {
  const t = useTranslations("traffic.overview.compared");
  const { icon: Icon, tone } = LOOK[certainty];
  return (
    <Badge tone={tone} className="w-fit">
      <Icon aria-hidden />
      {t(`sure.${certainty}`)}
    </Badge>
  );
}
