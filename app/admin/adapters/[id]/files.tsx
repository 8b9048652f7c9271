// The files of an adapter, each with what it is for; PEFT's as one archive, and a merged model that is made when it is asked for.
"use client";
import { Download } from "lucide-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import { bytes } from "../../_lib/format.ts";
import { Merged } from "./merged.tsx";

type AdapterDetails = Outputs["adapter"]["get"];

/** PEFT's two files are of use only together. */
const PEFT = ["adapter_config.json", "adapter_model.safetensors"];

export function Files({ adapter }: { adapter: AdapterDetails }) {
  const t = useTranslations("admin.adapters");
  const words = useTranslations("registry.files");
  const format = useFormatter();
  const locale = useLocale();
  if (adapter.files.length === 0) {
    const { filesDeletedAt } = adapter;
    return (
      <Notice tone={filesDeletedAt ? "info" : "danger"} role={filesDeletedAt ? "status" : "alert"}>
        {filesDeletedAt
          ? words("gone", { date: format.dateTime(filesDeletedAt, { dateStyle: "medium" }) })
          : t("filesGone")}
      </Notice>
    );
  }
  const hasPeft = PEFT.every((name) => adapter.files.some((file) => file.name === name));
  return (
    <ul className="space-y-2">
      {adapter.files.map((file) => (
        <FileRow
          key={file.name}
          name={file.name}
          text={`${t(fileUse(file.name))} · ${bytes(file.bytes, locale)}`}
          action={<DownloadLink adapterId={adapter.id} file={file.name} />}
        />
      ))}
      {hasPeft && (
        <FileRow
          name="peft.tar"
          text={words("archive")}
          action={<DownloadLink adapterId={adapter.id} file="peft.tar" />}
        />
      )}
      {adapter.servable && <Merged adapterId={adapter.id} />}
    </ul>
  );
}

type FileRowProps = { name: string; text: string; action: ReactNode };

function FileRow({ name, text, action }: FileRowProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-2 text-sm">
      <span className="min-w-0">
        <code className="break-all font-mono">{name}</code>
        <span className="block text-faint text-xs">{text}</span>
      </span>
      {action}
    </li>
  );
}

export function DownloadLink({ adapterId, file }: { adapterId: string; file: string }) {
  const t = useTranslations("admin.adapters");
  return (
    <Button asChild size="sm">
      <a href={`/api/adapters/${adapterId}/${file}`} download>
        <Download aria-hidden />
        {t("download")}
        <span className="sr-only">{file}</span>
      </a>
    </Button>
  );
}

/** What a file is for, by its name. */
function fileUse(name: string): "forModel" | "forLlamaCpp" | "forSafetensors" | "forPeft" {
  if (name === "model.gguf") return "forModel";
  if (name.endsWith(".gguf")) return "forLlamaCpp";
  return name === "adapter.safetensors" ? "forSafetensors" : "forPeft";
}
