// The tags that people may put on a thumb: their words in both languages, for which thumb, in which order.
"use client";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { moved, newKey, reasonFault } from "../_lib/reason-list.ts";
import { SettingsCard } from "./settings-card.tsx";
import type { Settings } from "./use-save.ts";

type Reason = Settings["feedbackReasons"][number];

const SIGNS = { up: 1, down: -1, both: 0 } as const;
const signName = (sign: Reason["sign"]) => (sign === 1 ? "up" : sign === -1 ? "down" : "both");
const MOST = 40;

type ReasonsFormProps = { value: readonly Reason[]; busy: boolean; onSave: (value: Reason[]) => void };

export function ReasonsForm({ value, busy, onSave }: ReasonsFormProps) {
  const t = useTranslations("data.settings");
  const [draft, setDraft] = useState<Reason[] | null>(null);
  const [tried, setTried] = useState(false);
  const now = draft ?? [...value];
  const faults = now.map((reason) => reasonFault(reason, now));
  const save = () => {
    setTried(true);
    if (faults.some((fault) => fault !== null)) return;
    onSave(now);
    setDraft(null);
    setTried(false);
  };
  return (
    <SettingsCard
      id="reasons"
      title={t("reasons.title")}
      text={t("reasons.text")}
      dirty={JSON.stringify(now) !== JSON.stringify(value)}
      busy={busy}
      onSave={save}
      onReset={() => {
        setDraft(null);
        setTried(false);
      }}
    >
      <ul className="divide-y">
        {now.map((reason, i) => (
          <li key={reason.key} className="py-3 first:pt-0">
            <ReasonRow
              reason={reason}
              first={i === 0}
              last={i === now.length - 1}
              onChange={(next) => setDraft(now.map((one, j) => (j === i ? next : one)))}
              onMove={(by) => setDraft(moved(now, i, by))}
              onRemove={() => setDraft(now.filter((_, j) => j !== i))}
            />
            {tried && faults[i] && <p className="mt-1 text-danger text-sm">{t(`reasons.fault.${faults[i]}`)}</p>}
          </li>
        ))}
      </ul>
      {now.length < MOST && (
        <Button size="sm" onClick={() => setDraft([...now, { key: newKey(now), sign: -1, label: { en: "", zh: "" } }])}>
          <Plus aria-hidden />
          {t("reasons.add")}
        </Button>
      )}
    </SettingsCard>
  );
}

type ReasonRowProps = {
  reason: Reason;
  first: boolean;
  last: boolean;
  onChange: (reason: Reason) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
};

function ReasonRow({ reason, first, last, onChange, onMove, onRemove }: ReasonRowProps) {
  const t = useTranslations("data.settings");
  const name = reason.label.en || reason.key;
  return (
    <div className="grid items-center gap-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_9rem_auto]">
      <Input
        aria-label={t("reasons.labelIn", { name, language: t("language.en") })}
        lang="en"
        placeholder={t("language.en")}
        value={reason.label.en}
        maxLength={60}
        onChange={(event) => onChange({ ...reason, label: { ...reason.label, en: event.target.value } })}
      />
      <Input
        aria-label={t("reasons.labelIn", { name, language: t("language.zh") })}
        lang="zh"
        placeholder={t("language.zh")}
        value={reason.label.zh}
        maxLength={60}
        onChange={(event) => onChange({ ...reason, label: { ...reason.label, zh: event.target.value } })}
      />
      <Select
        label={t("reasons.signOf", { name })}
        value={signName(reason.sign)}
        onValueChange={(sign) => onChange({ ...reason, sign: SIGNS[sign] })}
        options={(["up", "down", "both"] as const).map((sign) => ({ value: sign, label: t(`reasons.sign.${sign}`) }))}
        className="text-sm"
      />
      <span className="flex">
        <IconButton label={t("reasons.up", { name })} disabled={first} onClick={() => onMove(-1)}>
          <ArrowUp />
        </IconButton>
        <IconButton label={t("reasons.down", { name })} disabled={last} onClick={() => onMove(1)}>
          <ArrowDown />
        </IconButton>
        <IconButton label={t("reasons.remove", { name })} onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </span>
    </div>
  );
}
