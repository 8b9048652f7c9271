// The prompts that every candidate is asked: what it must still know, must not do, and must not be talked into.
"use client";
import { ListChecks, Plus } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { CheckPromptView } from "../../../../server/domain/views/gate.ts";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { EmptyState } from "../../../_components/ui/empty-state.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { Facet, FilterBar, SearchBox } from "../../_components/filter-bar.tsx";
import { Prompt } from "../../_components/prompt.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { GatesHeader } from "../_components/gates-header.tsx";
import { CHECK_KINDS, type CheckKind } from "../_lib/check-form.ts";
import { useCheckText } from "../_lib/use-check-text.ts";
import { CheckDialog } from "./check-dialog.tsx";
import { useCheckActs, useChecks } from "./use-checks.ts";

/** Of each kind, before all are asked for; whoever looks for one searches. */
const AT_FIRST = 10;

/** What is edited: a check, or the kind of a new one. */
type Editing = CheckPromptView | { newOf: CheckKind } | null;

export function Checks() {
  const t = useTranslations("gate.checks");
  const query = useChecks();
  const [editing, setEditing] = useState<Editing>(null);
  return (
    <>
      <GatesHeader view="checks" />
      <p className="mb-5 max-w-3xl text-pretty text-quiet text-sm">{t("text")}</p>
      <QueryView query={query}>{(checks) => <CheckLists checks={checks} onEdit={setEditing} />}</QueryView>
      {editing && (
        <CheckDialog
          check={"id" in editing ? editing : null}
          kind={"id" in editing ? editing.kind : editing.newOf}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

type CheckListsProps = { checks: readonly CheckPromptView[]; onEdit: (editing: Editing) => void };

function CheckLists({ checks, onEdit }: CheckListsProps) {
  const t = useTranslations("gate.checks");
  const locale = useLocale();
  const checkText = useCheckText();
  const [kind, setKind] = useState<CheckKind>();
  const [search, setSearch] = useState("");
  const sought = search.trim().toLocaleLowerCase(locale);
  const found = checks.filter((check) => {
    const text = [...check.prompt.map(({ content }) => content), checkText(check.check)].join("\n");
    return text.toLocaleLowerCase(locale).includes(sought);
  });
  const kinds = CHECK_KINDS.filter((each) => kind === undefined || each === kind);
  return (
    <>
      <FilterBar
        label={t("filter")}
        active={kind !== undefined || search !== ""}
        onReset={() => {
          setKind(undefined);
          setSearch("");
        }}
      >
        <Facet
          label={t("kind")}
          value={kind}
          onChange={setKind}
          options={CHECK_KINDS.map((value) => ({ value, label: t(`kindName.${value}`) }))}
        />
        <SearchBox label={t("search")} value={search} onChange={setSearch} />
      </FilterBar>
      <div className="space-y-4">
        {kinds.map((each) => (
          <KindCard
            key={each}
            kind={each}
            checks={ownFirst(found.filter((check) => check.kind === each))}
            searched={sought !== ""}
            onEdit={onEdit}
          />
        ))}
      </div>
    </>
  );
}

/** What was added here stands above what came with Hone, or it would be far down. */
const ownFirst = (checks: readonly CheckPromptView[]) => [
  ...checks.filter(({ builtIn }) => !builtIn).reverse(),
  ...checks.filter(({ builtIn }) => builtIn),
];

type KindCardProps = CheckListsProps & { kind: CheckKind; searched: boolean };

function KindCard({ kind, checks, searched, onEdit }: KindCardProps) {
  const t = useTranslations("gate.checks");
  const [all, setAll] = useState(false);
  const on = checks.filter(({ enabled }) => enabled).length;
  const shown = all || searched ? checks : checks.slice(0, AT_FIRST);
  return (
    <Card
      title={t(`kindName.${kind}`)}
      description={`${t(`kindText.${kind}`)} ${t("count", { all: checks.length, on })}`}
      actions={
        <Button size="sm" onClick={() => onEdit({ newOf: kind })}>
          <Plus aria-hidden />
          {t("add")}
        </Button>
      }
    >
      {checks.length === 0 ? (
        <EmptyState
          icon={ListChecks}
          title={t(searched ? "noneFound" : "none")}
          description={searched ? undefined : t("noneText")}
        />
      ) : (
        <ul aria-label={t(`kindName.${kind}`)} className="divide-y">
          {shown.map((check) => (
            <CheckRow key={check.id} check={check} onEdit={() => onEdit(check)} />
          ))}
        </ul>
      )}
      {shown.length < checks.length && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setAll(true)}>
          {t("showAll", { count: checks.length })}
        </Button>
      )}
    </Card>
  );
}

function CheckRow({ check, onEdit }: { check: CheckPromptView; onEdit: () => void }) {
  const t = useTranslations("gate.checks");
  const checkText = useCheckText();
  const { enable, remove } = useCheckActs();
  const name = check.prompt.at(-1)?.content ?? "";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2 first:pt-0 last:pb-0">
      <div className="grid min-w-0 flex-1 basis-48 gap-x-6 lg:grid-cols-2">
        <div className={check.enabled ? "text-sm" : "text-quiet text-sm"}>
          <Prompt turns={check.prompt} />
        </div>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 break-words text-quiet text-sm">
          {checkText(check.check)}
          {!check.builtIn && <Badge>{t("own")}</Badge>}
        </p>
      </div>
      <div className="flex items-center gap-1">
        {!check.builtIn && (
          <Button size="sm" variant="ghost" aria-label={t("deleteOne", { name })} onClick={() => remove(check)}>
            {t("delete")}
          </Button>
        )}
        <Button size="sm" variant="ghost" aria-label={t("editOne", { name })} onClick={onEdit}>
          {t("edit")}
        </Button>
        <Switch
          label={t("asked", { name })}
          checked={check.enabled}
          onCheckedChange={(enabled) => enable.mutate({ id: check.id, enabled })}
          className="ml-1"
        />
      </div>
    </li>
  );
}
