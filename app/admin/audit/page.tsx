// Who did what, and when; ?area=, ?actor= and ?subject= show a part of it.
import { AUDIT_SUBJECT, type AuditArea, auditAreas, SYSTEM_ACTOR } from "../../../server/domain/views/audit.ts";
import { pageTitle } from "../_lib/title.ts";
import { Audit } from "./audit.tsx";

export const generateMetadata = () => pageTitle("audit");

type AuditPageProps = { searchParams: Promise<Partial<Record<"area" | "actor" | "subject", string | string[]>>> };

const text = (value: string | string[] | undefined) => (typeof value === "string" ? value : "");

export default async function AuditPage({ searchParams }: AuditPageProps) {
  const { area, actor, subject } = await searchParams;
  return (
    <Audit
      initial={{
        area: auditAreas.find((one): one is AuditArea => one === area),
        actorId: /^[0-9a-f-]{36}$/.test(text(actor)) || actor === SYSTEM_ACTOR ? text(actor) : undefined,
        subject: AUDIT_SUBJECT.test(text(subject)) ? text(subject) : undefined,
      }}
    />
  );
}
