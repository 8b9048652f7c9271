// Which sentence says whether an adapter can be activated.

/** `other` is a kind of adapter that llama.cpp cannot apply. */
export type ServedAs = "lora" | "reward" | "full" | "other";

export function servedAs(made: { kind: "POLICY" | "REWARD"; tuning: string; servable: boolean }): ServedAs {
  if (made.servable) return "lora";
  if (made.kind === "REWARD") return "reward";
  return made.tuning === "FULL" ? "full" : "other";
}
