// What people wrote on an adapter: its name, tags and notes, to read and to change.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Markdown } from "../../../_components/markdown.tsx";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { tagsIn } from "./tags-in.ts";

type AdapterDetails = Outputs["adapter"]["get"];

export function Labels({ adapter }: { adapter: AdapterDetails }) {
  const t = useTranslations("registry.labels");
  const [editing, setEditing] = useState(false);
  return (
    <Card
      title={t("title")}
      actions={
        !editing && (
          <Button size="sm" onClick={() => setEditing(true)}>
            {t("edit")}
          </Button>
        )
      }
    >
      {editing ? <Editor adapter={adapter} onEnd={() => setEditing(false)} /> : <Written adapter={adapter} />}
    </Card>
  );
}

function Written({ adapter: { name, tags, notes } }: { adapter: AdapterDetails }) {
  const t = useTranslations("registry.labels");
  if (!name && tags.length === 0 && !notes) return <p className="text-quiet text-sm">{t("none")}</p>;
  return (
    <div className="space-y-3 text-sm">
      {name && <p className="font-medium">{name}</p>}
      {tags.length > 0 && (
        <ul aria-label={t("tags")} className="flex flex-wrap gap-1">
          {tags.map((tag) => (
            <li key={tag}>
              <Badge>{tag}</Badge>
            </li>
          ))}
        </ul>
      )}
      {notes && <Markdown text={notes} streaming={false} />}
    </div>
  );
}

function Editor({ adapter, onEnd }: { adapter: AdapterDetails; onEnd: () => void }) {
  const t = useTranslations("registry.labels");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [name, setName] = useState(adapter.name ?? "");
  const [tags, setTags] = useState(adapter.tags.join(", "));
  const [notes, setNotes] = useState(adapter.notes);
  const update = useMutation(
    trpc.adapter.update.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.adapter.pathKey() });
        toast(t("saved"));
        onEnd();
      },
      onError: (error) => void toast(errorText(error), { duration: 10_000 }),
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ id: adapter.id, name: name.trim() || null, notes, tags: tagsIn(tags) });
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      <Field label={t("name")}>
        <Input
          value={name}
          maxLength={100}
          autoComplete="off"
          placeholder={t("namePlaceholder")}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label={t("tags")} hint={t("tagsHint")}>
        <Input value={tags} maxLength={800} autoComplete="off" onChange={(event) => setTags(event.target.value)} />
      </Field>
      <Field label={t("notes")} hint={t("notesHint")}>
        <Textarea value={notes} maxLength={20_000} onChange={(event) => setNotes(event.target.value)} />
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onEnd}>{t("cancel")}</Button>
        <Button type="submit" variant="primary" busy={update.isPending}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
