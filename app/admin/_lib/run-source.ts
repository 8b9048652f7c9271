// Where a new run's examples may come from: people's feedback, or a Dataset of a kind its method can learn from.
import type { DataKind, TrainingMethod } from "../../../server/domain/run-config.ts";
import { dataKinds } from "./methods.ts";

export interface DatasetChoice {
  id: string;
  kind: DataKind;
  origin: "FEEDBACK" | "UPLOAD" | "AI";
  name: string | null;
  train: number;
  heldOut: number;
}

export interface DataOffer {
  /** Usable examples that people's feedback gives now, by kind. */
  feedback: Partial<Record<DataKind, number>>;
  datasets: readonly DatasetChoice[];
}

/** Kinds that feedback can give at all; rankings and plain text only come as files. */
const FROM_FEEDBACK: readonly DataKind[] = ["PAIRS", "THUMBS", "DIALOGUES", "PROMPTS"];

/** The kind a method gets from feedback; null when feedback has nothing for it. */
export function feedbackKind(method: TrainingMethod): DataKind | null {
  return dataKinds(method).find((kind) => FROM_FEEDBACK.includes(kind)) ?? null;
}

export function feedbackCount(method: TrainingMethod, { feedback }: DataOffer): number {
  const kind = feedbackKind(method);
  return kind ? (feedback[kind] ?? 0) : 0;
}

/** Datasets a method can learn from. Frozen feedback is left out: feedback itself has all of it and more. */
export function fittingDatasets(method: TrainingMethod, { datasets }: DataOffer): DatasetChoice[] {
  return datasets.filter(({ kind, origin }) => origin !== "FEEDBACK" && dataKinds(method).includes(kind));
}

/** Dialogues that can be mixed in as replay. */
export function replayDatasets({ datasets }: DataOffer): DatasetChoice[] {
  return datasets.filter(({ kind, origin }) => origin === "UPLOAD" && kind === "DIALOGUES");
}

/** What was chosen where it fits; else feedback that gives something, the newest fitting Dataset, or an upload. */
export function chosenSource(method: TrainingMethod, wanted: string | null, offer: DataOffer): string {
  const datasets = fittingDatasets(method, offer);
  if (wanted === "upload") return wanted;
  if (wanted === "feedback" && feedbackKind(method)) return wanted;
  if (wanted && datasets.some(({ id }) => id === wanted)) return wanted;
  if (feedbackCount(method, offer) > 0) return "feedback";
  return datasets[0]?.id ?? (feedbackKind(method) ? "feedback" : "upload");
}
