// The seven stations of the loop, in order, and where each leads.

export const STATIONS = ["conversations", "feedback", "pairs", "datasets", "runs", "gate", "live"] as const;
export type Station = (typeof STATIONS)[number];

export const STATION_PATHS: Record<Station, string> = {
  conversations: "/chat",
  feedback: "/admin/overview#feedback",
  pairs: "/admin/pairs",
  datasets: "/admin/datasets",
  runs: "/admin/runs",
  gate: "/admin/gates",
  live: "/admin/deployments",
};

export type StationState = "fine" | "working" | "attention";
