// What an audit row tells: which deed, on which page its subject stands, and what changed field by field.

const PAGES: Readonly<Record<string, string>> = {
  Gate: "/admin/gates/",
  Schedule: "/admin/schedules/",
  Run: "/admin/runs/",
  Adapter: "/admin/adapters/",
  Dataset: "/admin/datasets/",
  Import: "/admin/imports/",
  PreferencePair: "/admin/pairs/",
  Comparison: "/admin/annotation/",
  Erasure: "/admin/erasures/",
};

/** Things that have no page of their own, and the page they stand on. */
const LISTS: Readonly<Record<string, string>> = {
  User: "/admin/people",
  Invite: "/admin/people?view=invites",
  Deployment: "/admin/deployments",
  Canary: "/admin/deployments",
  ScheduleFiring: "/admin/schedules?view=history",
  CheckPrompt: "/admin/gates/checks",
  Webhook: "/admin/webhooks",
  Setting: "/admin/settings",
};

/** The page of a subject "<table>:<id>", or the page it stands on; null where there is none. */
export function subjectPath(subject: string): string | null {
  const [table = "", id] = subject.split(":");
  const page = PAGES[table];
  return (page && id ? page + id : LISTS[table]) ?? null;
}

export interface Change {
  key: string;
  /** Undefined where there was, or is, nothing. */
  before: string | undefined;
  after: string | undefined;
}

/** Only fields that differ. Values that are not objects count as one field called "value". */
export function auditChanges(before: unknown, after: unknown): Change[] {
  const was = fields(before);
  const is = fields(after);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((key) => ({ key, before: text(was[key]), after: text(is[key]) }))
    .filter((change) => change.before !== change.after);
}

function fields(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
