-- The audit trail can be added to and nothing else: a bug that tries otherwise is refused.

-- What an erasure may do: take a person's words out of what was recorded. Who did what, when, stays, and no row goes.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('hone.erasing', true) = 'on'
    AND (NEW."id", NEW."actorId", NEW."action", NEW."subject", NEW."createdAt")
      IS NOT DISTINCT FROM (OLD."id", OLD."actorId", OLD."action", OLD."subject", OLD."createdAt") THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on "AuditEvent" refused: what was recorded stays as it was', TG_OP;
END $$;
DROP TRIGGER "AuditEvent_kept" ON "AuditEvent";
CREATE TRIGGER "AuditEvent_kept" BEFORE UPDATE OR DELETE ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "AuditEvent_kept_whole" BEFORE TRUNCATE ON "AuditEvent" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- What is due at one address, however much was sent there before
CREATE INDEX "WebhookDelivery_due" ON "WebhookDelivery" ("webhookId", "nextAt") WHERE "nextAt" IS NOT NULL;
