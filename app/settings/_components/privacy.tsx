// What the viewer decided about their data: whether it is learned from, a copy of it, and leaving with all of it.
"use client";
import { Download } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { type Account, useTrainingChoice } from "../../_lib/use-training-choice.ts";
import { QueryView } from "../../admin/_components/query-view.tsx";
import { DeleteAccount } from "./delete-account.tsx";

export function Privacy() {
  const { query } = useTrainingChoice();
  return (
    <QueryView query={query}>
      {(account) => (
        <>
          <Training account={account} />
          <Copy counts={account.counts} />
          <Leaving account={account} />
        </>
      )}
    </QueryView>
  );
}

function Training({ account }: { account: Account }) {
  const t = useTranslations("settings.privacy");
  const locale = useLocale();
  const { setOptOut } = useTrainingChoice();
  const learn = !account.trainingOptOut;
  return (
    <Card
      title={t("training")}
      description={t(learn ? "trainingOn" : "trainingOff")}
      actions={<Switch label={t("learn")} checked={learn} onCheckedChange={(on) => setOptOut(!on)} />}
    >
      <p className="whitespace-pre-line text-quiet text-sm">{account.consent[locale]}</p>
      <p className="mt-3 text-quiet text-sm">{t("oneConversation")}</p>
    </Card>
  );
}

function Copy({ counts }: Pick<Account, "counts">) {
  const t = useTranslations("settings.privacy");
  return (
    <Card
      title={t("copy")}
      actions={
        <Button asChild size="sm">
          <a href="/api/account/export" download>
            <Download aria-hidden />
            {t("download")}
          </a>
        </Button>
      }
    >
      <p className="text-quiet text-sm">{t("copyText", counts)}</p>
    </Card>
  );
}

function Leaving({ account }: { account: Account }) {
  const t = useTranslations("settings.privacy");
  const [open, setOpen] = useState(false);
  return (
    <Card
      title={t("delete")}
      actions={
        <Button size="sm" variant="danger" onClick={() => setOpen(true)}>
          {t("deleteOpen")}
        </Button>
      }
    >
      <p className="text-quiet text-sm">{t("deleteText")}</p>
      {open && <DeleteAccount account={account} onClose={() => setOpen(false)} />}
    </Card>
  );
}
