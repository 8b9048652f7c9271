/** The deeds an audit row can name; each has words in messages/…/admin.json. */

export const AUDIT_ACTIONS = [
  "user.signUp",
  "user.seedAdmin",
  "user.setRole",
  "user.setDisabled",
  "user.erase",
  "apiKey.create",
  "apiKey.revoke",
  "run.create",
  "run.cancel",
  "adapter.create",
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
  "setting.set",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
