// What an admin has set up and what came of it, for pictures of the pages of operations: gates, a canary, schedules, prices, labels, a webhook, an invitation.
import { type Person, wholeReply } from "./api.ts";
import { bringAdapter, starterAdapter } from "./brought-adapter.ts";
import { startReceiver } from "./receiver.ts";
import { measured, type Seeded, until } from "./seeded.ts";

export interface SeededOperations {
  /** Of the adapter that the canary tries. */
  gateId: string;
  candidateId: string;
  importedId: string;
  scheduleId: string;
}

/** A second run, with other settings than the first. @returns the adapter it made */
async function trainAgain({ trpc }: Person): Promise<string> {
  const { id } = await trpc.run.create.mutate({ method: "DPO", seed: 11, config: { beta: 0.3, epochs: 2 } });
  return until(async () => {
    const run = await trpc.run.get.query({ id });
    if (run.status === "FAILED" || run.status === "CANCELLED")
      throw new Error(`The second run ended as ${run.status}.`);
    return run.status === "SUCCEEDED" && run.adapterId;
  });
}

/** "HH:MM" in UTC, so many hours from now. */
const clockIn = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);

async function writeSchedules({ trpc }: Person): Promise<string> {
  const nightly = await trpc.schedule.create.mutate({
    ...{ name: "Every night", cron: "30 2 * * *", timeZone: "Europe/Berlin", minNewPairs: 500 },
    ...{ quietHours: [{ from: "08:00", to: "18:00", days: [1, 2, 3, 4, 5] }], runMinutes: 90, monthMinutes: 1200 },
    pipeline: { stages: [{ method: "SFT" }, { method: "DPO", config: { beta: 0.1 } }], promotion: "CANARY" },
  });
  await trpc.schedule.create.mutate({
    ...{ name: "When people like it less", winRateBelow: 0.45, timeZone: "Asia/Shanghai", enabled: false },
    pipeline: { stages: [{ method: "REWARD" }, { method: "PPO" }] },
  });
  // Quiet just now: what is started by hand waits, and is called off.
  const quiet = await trpc.schedule.create.mutate({
    ...{ name: "First of the month", cron: "0 4 1 * *", timeZone: "UTC" },
    quietHours: [{ from: clockIn(-1), to: clockIn(2) }],
    pipeline: { stages: [{ method: "KTO" }] },
  });
  await trpc.schedule.runNow.mutate({ id: quiet.id });
  const [waiting] = (await trpc.schedule.history.query({ id: quiet.id })).items;
  await trpc.schedule.cancelFiring.mutate({ id: waiting!.id });
  await trpc.schedule.runNow.mutate({ id: quiet.id });
  return nightly.id;
}

/** New conversations while the canary runs: enough that bars of evidence have a length. */
const CHATS = 60;
const ASKED = [
  "What is 12 plus 30?",
  "What is the capital of Japan?",
  "How do I make tea?",
  "What is the opposite of cold?",
];

/** A question of somebody new, and a thumb for most replies: of the canary's six in seven are liked, of the others two in three. */
async function chat(person: Person, i: number): Promise<void> {
  const { trpc } = person;
  const content = ASKED[i % ASKED.length]!;
  const sent = await trpc.message.send.mutate({ parentId: null, content, requestKey: crypto.randomUUID() });
  const { message } = await wholeReply(person, sent.reply.id);
  const disliked = i % (message.release?.number === 3 ? 7 : 3) === 0;
  if (i % 5 > 0) await trpc.feedback.set.mutate({ messageId: message.id, value: disliked ? -1 : 1 });
}

/** Needs an instance that may send webhooks to 127.0.0.1. Takes some three minutes, most of them two gates and a run. */
export async function seedOperations(admin: Person, seeded: Seeded): Promise<SeededOperations> {
  const { trpc } = admin;
  const receiver = await startReceiver();
  const { id } = await trpc.webhook.create.mutate({
    ...{ url: `${receiver.url}/hone`, kinds: ["run.finished", "gate.refused", "gate.undecided", "canary.rolledBack"] },
  });
  await trpc.webhook.test.mutate({ id });
  await trpc.invite.create.mutate({ email: "ines@example.com", role: "ANNOTATOR", days: 7 });
  await trpc.setting.set.mutate({
    prices: { currency: "EUR", cpuHour: 0.35, gpuHour: 2.4, annotatorHour: 18, millionJudgeTokens: null },
  });
  await trpc.adapter.update.mutate({
    ...{ id: seeded.adapterId, name: "Shorter replies", tags: ["short", "first"] },
    notes: "Learned from the **first week** of thumbs.\n\n- fewer filler words\n- says when it does not know",
  });
  const scheduleId = await writeSchedules(admin);
  const candidateId = await trainAgain(admin);
  const gateId = await measured(admin, candidateId);
  const importedId = await bringAdapter(admin, starterAdapter({ seed: 3 }), "From the lab");
  await trpc.deployment.startCanary.mutate({ adapterId: candidateId, override: "Tried on few people first." });
  // Straight to the stage where every second new conversation is its own.
  for (const from of [0, 1]) await trpc.deployment.advanceCanary.mutate({ from });
  for (let i = 0; i < CHATS; i++) await chat(seeded.visitor, i);
  await receiver.close();
  return { gateId, candidateId, importedId, scheduleId };
}
