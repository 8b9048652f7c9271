// Makes an invitation and shows its link this once.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ShownOnce } from "../../_components/shown-once.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SecretLine } from "../../_components/ui/secret-line.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { ROLES } from "./role-select.tsx";

const DAYS = ["1", "7", "30"] as const;

export function CreateInvite() {
  const t = useTranslations("operations.invites");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const format = useFormatter();
  const create = useMutation(
    trpc.invite.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.invite.list.queryFilter()),
    }),
  );
  return (
    <ShownOnce
      making={create}
      title={t("create")}
      madeTitle={t("createdTitle")}
      warning={t("shownOnce")}
      done={t("done")}
      button={(open) => (
        <Button variant="primary" onClick={open}>
          <UserPlus aria-hidden />
          {t("create")}
        </Button>
      )}
      form={<InviteFields busy={create.isPending} error={create.error} onSubmit={(input) => create.mutate(input)} />}
    >
      {({ token, expiresAt }) => (
        <>
          <SecretLine label={t("copyLink")} text={`${window.location.origin}/invite#${token}`} />
          <p className="text-quiet text-sm">
            {t("until", { date: format.dateTime(expiresAt, { dateStyle: "medium", timeStyle: "short" }) })}
          </p>
        </>
      )}
    </ShownOnce>
  );
}

type Role = (typeof ROLES)[number];
type Wanted = { email: string | null; role: Role; days: number };

function InviteFields(props: { busy: boolean; error: unknown; onSubmit: (wanted: Wanted) => void }) {
  const t = useTranslations("operations.invites");
  const people = useTranslations("admin.people");
  const roleName = useTranslations("common.role");
  const errorText = useErrorText();
  const [role, setRole] = useState<Role>("USER");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email")).trim();
    props.onSubmit({ email: email || null, role, days: Number(days) });
  };
  return (
    <form className="space-y-4" onSubmit={submit}>
      {props.error ? (
        <Notice tone="danger" role="alert">
          {errorText(props.error)}
        </Notice>
      ) : null}
      <Field label={t("email")} hint={t("emailHint")}>
        <Input name="email" type="email" inputMode="email" autoComplete="off" maxLength={320} autoFocus />
      </Field>
      <Field label={people("role")} hint={people(`roleMeans.${role}`)}>
        <Select
          value={role}
          onValueChange={setRole}
          options={ROLES.map((value) => ({ value, label: roleName(value) }))}
          className="w-full"
        />
      </Field>
      <Field label={t("lasts")}>
        <Select
          value={days}
          onValueChange={setDays}
          options={DAYS.map((value) => ({ value, label: t("days", { count: Number(value) }) }))}
          className="w-full"
        />
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={props.busy}>
          {t("create")}
        </Button>
      </div>
    </form>
  );
}
