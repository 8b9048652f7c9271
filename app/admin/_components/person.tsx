// A person by name, or by email where there is no name; nobody is the system itself.
"use client";
import { useTranslations } from "next-intl";

type PersonProps = { person: { name: string | null; email: string } | null };

export function Person({ person }: PersonProps) {
  const t = useTranslations("admin.common");
  if (!person) return <span className="text-quiet">{t("system")}</span>;
  return <span title={person.email}>{person.name || person.email}</span>;
}
