// "Download" of one chart: its numbers as CSV, its picture as SVG or PNG.
"use client";
import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { DropdownMenu, MenuItem } from "../ui/dropdown-menu.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { toast } from "../ui/toast.tsx";
import { savePng, saveText } from "./save.ts";

type ChartMenuProps = {
  /** Title of the chart, for the button's accessible name. */
  title: string;
  /** Name of the files, without ending. */
  fileName: string;
  /** Made only when asked for. */
  csv: () => string;
  svg: () => string;
};

export function ChartMenu({ title, fileName, csv, svg }: ChartMenuProps) {
  const t = useTranslations("admin.charts");
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("download", { title })} size="sm" className="print:hidden">
          <Download />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => saveText(`${fileName}.csv`, "text/csv", csv())}>{t("asCsv")}</MenuItem>
      <MenuItem onSelect={() => saveText(`${fileName}.svg`, "image/svg+xml", svg())}>{t("asSvg")}</MenuItem>
      <MenuItem onSelect={() => savePng(`${fileName}.png`, svg()).catch(() => toast(t("pngFailed")))}>
        {t("asPng")}
      </MenuItem>
    </DropdownMenu>
  );
}
