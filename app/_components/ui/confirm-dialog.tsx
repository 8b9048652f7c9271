// Asks before an act that cannot be undone by a toast: activation, role changes, revoking a key.
"use client";
import { useTranslations } from "next-intl";
import { AlertDialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";

type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, in one or two sentences. */
  description: string;
  /** The act, named on its button: "Activate r8", never "OK". */
  action: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  children?: ReactNode;
};

export function ConfirmDialog(props: ConfirmDialogProps) {
  const t = useTranslations("common");
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="data-[state=open]:fade-in-0 fixed inset-0 z-40 bg-scrim data-[state=open]:animate-in" />
        <Radix.Content className="data-[state=open]:fade-in-0 sm:-translate-x-1/2 sm:-translate-y-1/2 fixed inset-x-0 bottom-0 z-50 rounded-t-xl bg-surface p-5 shadow-float data-[state=open]:animate-in sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-full sm:max-w-md sm:rounded-xl">
          <Radix.Title className="font-semibold text-lg">{props.title}</Radix.Title>
          <Radix.Description className="mt-2 text-quiet text-sm">{props.description}</Radix.Description>
          {props.children && <div className="mt-4">{props.children}</div>}
          <div className="mt-5 flex justify-end gap-2">
            <Radix.Cancel asChild>
              <Button>{t("cancel")}</Button>
            </Radix.Cancel>
            <Button variant={props.danger ? "danger" : "primary"} busy={props.busy} onClick={props.onConfirm}>
              {props.action}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
