/** What people call the things that audit rows are about: a few queries for a page of rows, one for each kind of thing on it. */

import type { Db } from "../db.ts";
import { UUID } from "./page.ts";

type Ids = { in: string[] };
type NamesOf = (db: Db, id: Ids) => Promise<(readonly [string, string | null])[]>;

const named =
  <Row extends { id: string }>(rows: (db: Db, id: Ids) => Promise<Row[]>, name: (row: Row) => string | null): NamesOf =>
  async (db, id) =>
    (await rows(db, id)).map((row) => [row.id, name(row)] as const);

const short = (sha256: string) => sha256.slice(0, 6);
const hashed = ({ name, sha256 }: { name: string | null; sha256: string }) =>
  name ? `${name} · ${short(sha256)}` : short(sha256);
const HASHED = { id: true, name: true, sha256: true } as const;

const release = ({ number, adapter }: { number: number; adapter: { sha256: string } | null }) =>
  adapter ? `r${number} · ${short(adapter.sha256)}` : `r${number}`;
const RELEASE = { id: true, number: true, adapter: { select: { sha256: true } } } as const;

const NAMES: Readonly<Record<string, NamesOf>> = {
  User: named(
    (db, id) => db.user.findMany({ where: { id }, select: { id: true, name: true, email: true } }),
    ({ name, email }) => (name ? `${name} · ${email}` : email),
  ),
  Invite: named(
    (db, id) => db.invite.findMany({ where: { id }, select: { id: true, email: true } }),
    ({ email }) => email,
  ),
  ApiKey: named(
    (db, id) => db.apiKey.findMany({ where: { id }, select: { id: true, name: true } }),
    ({ name }) => name,
  ),
  Adapter: named(
    (db, id) => db.adapter.findMany({ where: { id }, select: HASHED }),
    (row) => hashed(row),
  ),
  Gate: named(
    (db, id) => db.gate.findMany({ where: { id }, select: { id: true, adapter: { select: HASHED } } }),
    ({ adapter }) => hashed(adapter),
  ),
  Deployment: named(
    (db, id) => db.deployment.findMany({ where: { id }, select: RELEASE }),
    (row) => release(row),
  ),
  Canary: named(
    (db, id) => db.canary.findMany({ where: { id }, select: { id: true, deployment: { select: RELEASE } } }),
    ({ deployment }) => release(deployment),
  ),
  Schedule: named(
    (db, id) => db.schedule.findMany({ where: { id }, select: { id: true, name: true } }),
    ({ name }) => name,
  ),
  ScheduleFiring: named(
    (db, id) =>
      db.scheduleFiring.findMany({ where: { id }, select: { id: true, schedule: { select: { name: true } } } }),
    ({ schedule }) => schedule.name,
  ),
  Run: named(
    (db, id) => db.run.findMany({ where: { id }, select: { id: true, method: true } }),
    ({ method }) => method,
  ),
  Dataset: named(
    (db, id) => db.dataset.findMany({ where: { id }, select: HASHED }),
    (row) => hashed(row),
  ),
  Webhook: named(
    (db, id) => db.webhook.findMany({ where: { id }, select: { id: true, url: true } }),
    ({ url }) => url,
  ),
};

/** @param subjects "<table>:<id>", of kinds that may have no names, and of things that may be gone */
export async function auditNames(db: Db, subjects: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string[]>();
  for (const subject of subjects) {
    const [table = "", id = ""] = subject.split(":");
    if (Object.hasOwn(NAMES, table) && UUID.test(id)) ids.set(table, [...(ids.get(table) ?? []), id]);
  }
  const found = await Promise.all(
    [...ids].map(async ([table, of]) =>
      (await NAMES[table]!(db, { in: of })).flatMap(([id, name]) => (name ? [[`${table}:${id}`, name] as const] : [])),
    ),
  );
  return new Map(found.flat());
}
