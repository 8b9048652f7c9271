// "Start a canary": gives an adapter a share of new conversations, growing by stages or fixed, after naming what its gate says.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, type ButtonProps } from "../../_components/ui/button.tsx";
import { StartCanaryDialog } from "./start-canary-dialog.tsx";

type StartCanaryButtonProps = Pick<ButtonProps, "size" | "variant"> & {
  /** Null: one is chosen in the dialog. */
  adapter: { id: string; sha256: string } | null;
};

export function StartCanaryButton({ adapter, size, variant = "secondary" }: StartCanaryButtonProps) {
  const t = useTranslations("traffic.deployments");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={size} variant={variant} onClick={() => setOpen(true)}>
        {adapter ? t("start.button") : t("moreArms")}
      </Button>
      {open && <StartCanaryDialog adapter={adapter} onClose={() => setOpen(false)} />}
    </>
  );
}
