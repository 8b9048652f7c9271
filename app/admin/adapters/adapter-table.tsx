// The table of adapters: what each is called, its state, where it came from, its main figure, and two that can be chosen to compare.
"use client";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { ActivateButton } from "../_components/activate-button.tsx";
import { Hash } from "../_components/hash.tsx";
import { measured } from "../_lib/figures.ts";
import { bytes } from "../_lib/format.ts";
import { adapterName } from "./adapter-name.ts";
import { AdapterBadges, type AdapterRow } from "./adapter-state.tsx";

type AdapterTableProps = {
  adapters: readonly AdapterRow[];
  picked: readonly string[];
  onPick: (id: string) => void;
  onTag: (tag: string) => void;
};

export function AdapterTable({ adapters, picked, onPick, onTag }: AdapterTableProps) {
  const t = useTranslations("admin");
  const words = useTranslations("registry.list");
  const locale = useLocale();
  return (
    <Table label={t("nav.adapters")}>
      <TableHead>
        <tr>
          <HeaderCell>
            <span className="sr-only">{words("compare")}</span>
          </HeaderCell>
          <HeaderCell>{t("adapters.adapter")}</HeaderCell>
          <HeaderCell>{t("adapters.status")}</HeaderCell>
          <HeaderCell>{t("adapters.made")}</HeaderCell>
          <HeaderCell>{t("adapters.figure")}</HeaderCell>
          <HeaderCell>{t("adapters.kind")}</HeaderCell>
          <HeaderCell numeric>{t("adapters.size")}</HeaderCell>
          <HeaderCell>
            <span className="sr-only">{t("release.activate")}</span>
          </HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {adapters.map((adapter) => (
          <TableRow key={adapter.id} className="h-12">
            <Cell className="w-8">
              <label className="flex size-6 items-center justify-center">
                <input
                  type="checkbox"
                  checked={picked.includes(adapter.id)}
                  onChange={() => onPick(adapter.id)}
                  aria-label={words("pick", { name: adapterName(adapter) })}
                  className="size-4 accent-accent"
                />
              </label>
            </Cell>
            <Cell className="font-medium">
              <Link href={`/admin/adapters/${adapter.id}`} className="underline underline-offset-2">
                {adapter.name && <span className="mr-2">{adapter.name}</span>}
                <Hash sha256={adapter.sha256} />
              </Link>
              <Tags tags={adapter.tags} onTag={onTag} />
            </Cell>
            <Cell>
              <AdapterBadges adapter={adapter} />
            </Cell>
            <Cell className="whitespace-nowrap">
              <RelativeTime date={adapter.createdAt} />
              {adapter.runId && (
                <>
                  {" · "}
                  <Link href={`/admin/runs/${adapter.runId}`} className="underline underline-offset-2">
                    {t("adapters.itsRun")}
                  </Link>
                </>
              )}
            </Cell>
            <Cell className="whitespace-nowrap">
              <MainFigure metrics={adapter.metrics} />
            </Cell>
            <Cell className="whitespace-nowrap">
              {adapter.kind === "REWARD" && <>{t("adapters.kindName.REWARD")} · </>}
              {t(`adapters.tuningName.${adapter.tuning}`)}
              {adapter.rank !== null && <span className="text-quiet tabular-nums"> {adapter.rank}</span>}
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              {bytes(adapter.bytes, locale)}
            </Cell>
            <Cell className="text-right">
              <RowAct adapter={adapter} />
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function RowAct({ adapter }: { adapter: AdapterRow }) {
  const t = useTranslations("admin.adapters");
  if (canActivate(adapter)) return <ActivateButton size="sm" variant="secondary" adapter={adapter} />;
  if (adapter.kind !== "REWARD") return null;
  return (
    <Button asChild size="sm">
      <Link href={`/admin/adapters/${adapter.id}#score`}>{t("score")}</Link>
    </Button>
  );
}

export const canActivate = ({ servable, live, status, filesDeletedAt }: AdapterRow): boolean =>
  servable && !live && status !== "RETIRED" && filesDeletedAt === null;

type TagsProps = { tags: readonly string[]; onTag: (tag: string) => void };

/** Each narrows the list down to those that have it. */
function Tags({ tags, onTag }: TagsProps) {
  if (tags.length === 0) return null;
  return (
    <span className="mt-1 flex flex-wrap gap-1">
      {tags.map((tag) => (
        <button key={tag} type="button" onClick={() => onTag(tag)} className="min-h-6 rounded-md">
          <Badge>{tag}</Badge>
        </button>
      ))}
    </span>
  );
}

/** How often it agrees with people on pairs it has not seen, and on how many it was asked. */
function MainFigure({ metrics }: { metrics: Readonly<Record<string, number>> }) {
  const t = useTranslations("admin.adapters");
  const format = useFormatter();
  const { pairs, rows } = measured(metrics);
  const accuracy = rows.find(({ key }) => key === "accuracy");
  if (!accuracy || pairs === null) return <span className="text-quiet">–</span>;
  return (
    <>
      <span className="tabular-nums">
        {format.number(accuracy.adapter, { style: "percent", maximumFractionDigits: 0 })}
      </span>{" "}
      <span className="text-quiet text-xs">{t("ofHeldOut", { pairs })}</span>
    </>
  );
}
