// The lines of a file that cannot be used, by number and reason, and the way to take the others.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { saveText } from "../../../_components/charts/save.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import type { Import } from "./import.tsx";

export function BadLines({ one }: { one: Import }) {
  const t = useTranslations("data.import");
  const format = useFormatter();
  const { problems, bad, good, state, name } = one;
  return (
    <Card
      title={t("badTitle", { count: bad })}
      description={problems.length < bad ? t("badFirst", { shown: format.number(problems.length) }) : t("badText")}
      actions={
        <>
          <Button
            size="sm"
            onClick={() =>
              saveText(
                `${name}.problems.txt`,
                "text/plain",
                problems.map(({ line, message }) => `${line}\t${message}\n`).join(""),
              )
            }
          >
            <Download aria-hidden />
            {t("saveList")}
          </Button>
          {state === "FAILED" && good > 0 && <AcceptButton one={one} />}
        </>
      }
    >
      {/* A thousand lines are no reason to lose sight of the rest; the table inside can be reached and scrolls it. */}
      <div className="max-h-96 overflow-y-auto">
        <Table label={t("badTitle", { count: bad })}>
          <TableHead>
            <tr>
              <HeaderCell numeric>{t("line")}</HeaderCell>
              <HeaderCell>{t("why")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {problems.map(({ line, message }) => (
              <TableRow key={line}>
                <Cell numeric className="w-20 align-top font-medium">
                  {line}
                </Cell>
                <Cell lang="en" className="break-words">
                  {message}
                </Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
    </Card>
  );
}

function AcceptButton({ one: { id, good } }: { one: Import }) {
  const t = useTranslations("data.import");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const accept = useMutation(
    trpc.import.acceptBad.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSettled: () =>
        Promise.all(
          [trpc.import.pathKey(), trpc.dataset.list.queryKey()].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        ),
    }),
  );
  return (
    <Button size="sm" variant="primary" busy={accept.isPending} onClick={() => accept.mutate({ id })}>
      {t("accept", { count: good })}
    </Button>
  );
}
