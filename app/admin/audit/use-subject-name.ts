// What the subject of an audit row is called: its name today, a run by its method; "<table>:<id>" where it has none, or is gone.
"use client";
import { useCallback } from "react";
import type { TrainingMethod } from "../../../server/domain/run-config.ts";
import { useRunName } from "../_components/run-name.ts";
import type { AuditEvent } from "./audit-row.tsx";

export function useSubjectName(): (event: Pick<AuditEvent, "subject" | "subjectName">) => string {
  const runName = useRunName();
  return useCallback(
    ({ subject, subjectName }) => {
      if (subjectName === null) return subject;
      return subject.startsWith("Run:") ? runName({ method: subjectName as TrainingMethod }) : subjectName;
    },
    [runName],
  );
}
