// "Freeze now": what a Dataset of this moment would hold and leave out, and making it.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { DATA_KINDS, type DataKind } from "../../../server/domain/run-config.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { SkeletonText } from "../../_components/ui/skeleton.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { LeftOut } from "../_components/left-out.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { capital } from "../_lib/format.ts";

type Preview = Outputs["dataset"]["preview"];

/** Plain texts come from files only. */
const KINDS = DATA_KINDS.filter((kind) => kind !== "TEXTS");

export function FreezeDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("data.dataset");
  const words = useTranslations("training");
  const errorText = useErrorText();
  const trpc = useTRPC();
  const [kind, setKind] = useState<DataKind>("PAIRS");
  const [name, setName] = useState("");
  const preview = useQuery(trpc.dataset.preview.queryOptions({ kind }, { enabled: open }));
  const freeze = useFreeze();
  const examples = preview.data ? preview.data.train + preview.data.heldOut : 0;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("freezeTitle")}
      description={t("freezeText")}
      footer={
        <Button
          variant="primary"
          busy={freeze.isPending}
          disabled={examples === 0}
          onClick={() => freeze.mutate({ kind, name: name.trim() || undefined })}
        >
          {t("act")}
        </Button>
      }
    >
      <div className="space-y-4">
        <Field label={t("kind")} hint={words(`kindText.${kind}`)}>
          <Select
            value={kind}
            onValueChange={setKind}
            options={KINDS.map((value) => ({ value, label: capital(words(`kind.${value}`)) }))}
          />
        </Field>
        <Field label={t("name")} hint={t("nameHint")}>
          <Input value={name} maxLength={200} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </Field>
        {open && (
          <QueryView query={preview} skeleton={<SkeletonText lines={2} />}>
            {(content) => <Content preview={content} />}
          </QueryView>
        )}
        {freeze.error && (
          <Notice tone="danger" role="alert">
            {errorText(freeze.error)}
          </Notice>
        )}
      </div>
    </Dialog>
  );
}

function Content({ preview: { train, heldOut, leftOut } }: { preview: Preview }) {
  const t = useTranslations("data.dataset");
  const format = useFormatter();
  return (
    <div role="status" className="space-y-2 text-sm">
      <p>
        {train + heldOut === 0
          ? t("wouldBeEmpty")
          : t("wouldHold", { train: format.number(train), heldOut: format.number(heldOut) })}
      </p>
      {leftOut.length > 0 && (
        <div className="text-quiet">
          <p className="font-medium">{t("leftOutTitle")}</p>
          <LeftOut reasons={leftOut} />
        </div>
      )}
    </div>
  );
}

function useFreeze() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  return useMutation(
    trpc.dataset.freeze.mutationOptions({
      onSuccess: async ({ id }) => {
        await Promise.all(
          [trpc.dataset.list.queryKey(), trpc.overview.pathKey()].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        );
        router.push(`/admin/datasets/${id}`);
      },
    }),
  );
}
