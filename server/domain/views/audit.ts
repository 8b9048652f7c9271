/** The deeds an audit row can name; each has words in messages/…/admin.json. */

export const AUDIT_ACTIONS = [
  "user.signUp",
  "user.seedAdmin",
  "user.setRole",
  "user.setDisabled",
  "user.erase",
  "user.endSessions",
  "user.changePassword",
  "user.createReset",
  "user.resetPassword",
  "invite.create",
  "invite.revoke",
  "invite.accept",
  "webhook.create",
  "webhook.update",
  "webhook.delete",
  "webhook.test",
  "webhook.retry",
  "apiKey.create",
  "apiKey.revoke",
  "run.create",
  "run.cancel",
  "adapter.create",
  "adapter.import",
  "adapter.update",
  "adapter.retire",
  "adapter.unretire",
  "adapter.merge",
  "adapter.deleteFiles",
  "dataset.upload",
  "dataset.freeze",
  "dataset.redact",
  "dataset.export",
  "pair.setQuarantine",
  "rater.setQuarantine",
  "comparison.request",
  "comparison.setGold",
  "comparison.close",
  "comparison.reopen",
  "deployment.activate",
  "deployment.rollback",
  "deployment.startArm",
  "deployment.stopArm",
  "deployment.setShare",
  "deployment.freeze",
  "deployment.unfreeze",
  "canary.start",
  "canary.advance",
  "canary.pause",
  "canary.resume",
  "canary.promote",
  "canary.rollback",
  "schedule.create",
  "schedule.update",
  "schedule.setEnabled",
  "schedule.delete",
  "schedule.runNow",
  "schedule.cancelFiring",
  "setting.set",
  "gate.request",
  "gate.cancel",
  "gate.decide",
  "check.create",
  "check.update",
  "check.delete",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What the trail can be narrowed to: deeds by the part before their dot, grouped as the admin pages are. */
export const AUDIT_AREAS = {
  people: ["user", "invite", "apiKey"],
  deployments: ["deployment", "canary"],
  gates: ["gate", "check"],
  adapters: ["adapter"],
  runs: ["run"],
  schedules: ["schedule"],
  datasets: ["dataset"],
  pairs: ["pair"],
  annotation: ["comparison"],
  raters: ["rater"],
  webhooks: ["webhook"],
  settings: ["setting"],
} as const satisfies Record<string, readonly string[]>;

export type AuditArea = keyof typeof AUDIT_AREAS;
export const auditAreas = Object.keys(AUDIT_AREAS) as [AuditArea, ...AuditArea[]];

/** Stands for the actor who is nobody. */
export const SYSTEM_ACTOR = "system";

/** "<table>:<id>", or "Setting:<key>"; checked wherever one is asked for. */
export const AUDIT_SUBJECT = /^\w{1,40}:[\w.-]{1,100}$/;

export interface AuditFilter {
  area?: AuditArea;
  /** An account's id, or `SYSTEM_ACTOR`. */
  actorId?: string;
  /** As `AUDIT_SUBJECT` has it. */
  subject?: string;
}
