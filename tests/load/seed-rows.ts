// The rows of the load tests' data, one statement per table, in the order that foreign keys want.
import { MESSAGES_PER_CONVERSATION, PAIRS_PER_CONVERSATION } from "./seed-content.ts";

export interface Size {
  conversations: number;
  users: number;
  annotators: number;
  /** Dialogues of an uploaded file. */
  uploaded: number;
}

/** What the rows refer to that is there already. */
export interface Ground {
  deploymentId: string;
  baseModelId: string;
  baseSha256: string;
  /** argon2id of the password that all the people share. */
  passwordHash: string;
}

/** Frozen one after the other, each with more of the pairs; each trained an adapter that continues the one before. */
const ROUNDS = 5;
const METRIC_STEPS = 200;

const SAMPLING = '{"temperature":0.8,"topP":0.95,"topK":40,"minP":0.05,"maxTokens":256,"stop":[]}';
/** A hash that names nothing. */
const hash = (of: string) => `md5(${of}) || md5('hone' || ${of})`;

/** @returns names and statements; each statement is run once, with nothing else on its connection */
export function rowStatements(size: Size, ground: Ground): [name: string, sql: string][] {
  const pairs = size.conversations * PAIRS_PER_CONVERSATION;
  const each = {
    conversation: `generate_series(0, ${size.conversations - 1}) c`,
    place: `generate_series(0, ${MESSAGES_PER_CONVERSATION - 1}) p`,
    pair: `generate_series(0, ${pairs - 1}) k`,
    round: `generate_series(1, ${ROUNDS}) r`,
  };
  /** Pairs of every fiftieth prompt with thumbs were taken back. */
  const retracted = "(pg_temp.source_of(k) = 'FEEDBACK' AND k % 50 = 0)";
  /** When a pair was judged. */
  const judged = "pg_temp.time_of(pg_temp.at_of(k / 2, 12))";
  const owner = "pg_temp.owner_of(k / 2)";
  const message = (place: string) => `pg_temp.message_of(k / 2, ${place})`;
  const prompt = message("pg_temp.place_of(k)");
  const chosen = message("pg_temp.chosen_of(k)");
  const rejected = message("pg_temp.rejected_of(k)");
  const annotator = (j: string) => `pg_temp.user_of((k + ${j} * 7) % ${size.annotators})`;
  const comparison = "pg_temp.comparison_id(pg_temp.at_of(k / 2, 11), k)";
  const ranking = (j: string) => `pg_temp.ranking_id(pg_temp.at_of(k / 2, 12), k * 4 + ${j})`;
  const edit = "pg_temp.edit_id(pg_temp.at_of(k / 2, 12), k)";
  /** Seconds since a round's Dataset was frozen. */
  const at = (seconds: number, r = "r") => `(pg_temp.begin_of(${r} * ${size.conversations / ROUNDS} - 1) + ${seconds})`;
  const dataset = `pg_temp.dataset_id(${at(0)}, r)`;
  /** How many of a round's examples are on the one side of the split or the other. */
  const examples = (side: string) =>
    `(SELECT count(*) FROM ${each.pair} WHERE k < ${pairs} * r / ${ROUNDS} AND NOT ${retracted} AND k / 2 % 10 ${side} 0)`;
  const run = `pg_temp.run_id(${at(10)}, r)`;
  const adapter = (r = "r") => `pg_temp.adapter_id(${at(600, r)}, ${r})`;
  const byRanking = "pg_temp.source_of(k) = 'RANKING'";
  const eventOf = (kind: string, subject: string, judgement: string, where: string, rater = owner) =>
    `SELECT ${prompt}, ${rater}, '${kind}'::"JudgementKind", ${subject}, ${judgement}, ${judged} FROM ${each.pair}${kind === "RANKING" ? ", generate_series(0, 1) j" : ""} WHERE ${where}`;

  return [
    [
      "people",
      `INSERT INTO "User" ("id", "email", "name", "role", "passwordHash", "createdAt")
       SELECT pg_temp.user_of(n), 'person' || n || '@load.example', 'Person ' || n,
         (CASE WHEN n < ${size.annotators} THEN 'ANNOTATOR' ELSE 'USER' END)::"Role", '${ground.passwordHash}',
         pg_temp.time_of(pg_temp.begin_of(0) - 86400) FROM generate_series(0, ${size.users - 1}) n`,
    ],
    [
      "conversations",
      `INSERT INTO "Conversation" ("id", "userId", "source", "title", "createdAt", "updatedAt")
       SELECT pg_temp.conversation_of(c), pg_temp.owner_of(c), (CASE WHEN c % 20 = 0 THEN 'API' ELSE 'CHAT' END)::"ConversationSource",
         'Conversation ' || c, pg_temp.time_of(pg_temp.begin_of(c)), pg_temp.time_of(pg_temp.at_of(c, ${MESSAGES_PER_CONVERSATION}))
       FROM ${each.conversation}`,
    ],
    [
      "messages",
      `INSERT INTO "Message" ("id", "conversationId", "parentId", "role", "content", "status", "requestKey", "deploymentId", "baseSha256",
         "sampling", "seed", "tokenIds", "logProbs", "promptTokens", "completionTokens", "endReason", "createdAt", "finishedAt")
       SELECT pg_temp.message_of(c, p), pg_temp.conversation_of(c), CASE WHEN p > 0 THEN pg_temp.message_of(c, pg_temp.parent_of(p)) END,
         (CASE WHEN reply THEN 'ASSISTANT' ELSE 'USER' END)::"MessageRole",
         CASE WHEN reply THEN pg_temp.reply_text(c, p) ELSE pg_temp.prompt_text(c, p) END, 'COMPLETE', 'load:' || p,
         CASE WHEN sampled THEN '${ground.deploymentId}'::uuid END, CASE WHEN sampled THEN '${ground.baseSha256}' END,
         CASE WHEN sampled THEN '${SAMPLING}'::jsonb END, CASE WHEN sampled THEN c END,
         CASE WHEN sampled THEN tokens."ids" ELSE '{}' END, CASE WHEN sampled THEN tokens."logProbs" ELSE '{}' END,
         CASE WHEN sampled THEN 40 + p END, CASE WHEN sampled THEN 24 END, (CASE WHEN sampled THEN 'STOP' END)::"EndReason",
         pg_temp.time_of(pg_temp.at_of(c, p)), pg_temp.time_of(pg_temp.at_of(c, p) + 2)
       FROM ${each.conversation}, ${each.place},
         LATERAL (SELECT pg_temp.is_reply(p) AS reply) kind,
         LATERAL (SELECT reply AND NOT (p IN (2, 5) AND pg_temp.source_of(c * 2 + p / 4) = 'EDIT') AS sampled) origin,
         (SELECT array_agg(100 + i * 37 % 4000) AS "ids", array_agg((-0.01 * i)::real) AS "logProbs" FROM generate_series(1, 24) i) tokens`,
    ],
    [
      "thumbs",
      `INSERT INTO "Feedback" ("id", "messageId", "raterId", "value", "reasons", "createdAt", "updatedAt")
       SELECT pg_temp.feedback_id(pg_temp.at_of(k / 2, 12), k * 2 + up), CASE up WHEN 1 THEN ${chosen} ELSE ${rejected} END, ${owner},
         up * 2 - 1, '{}', ${judged}, ${judged}
       FROM ${each.pair}, generate_series(0, 1) up WHERE pg_temp.source_of(k) = 'FEEDBACK' AND NOT ${retracted}`,
    ],
    [
      "lone thumbs",
      `INSERT INTO "Feedback" ("id", "messageId", "raterId", "value", "reasons", "comment", "createdAt", "updatedAt")
       SELECT pg_temp.feedback_id(pg_temp.at_of(c, 13), ${pairs * 2} + c), pg_temp.message_of(c, 7), pg_temp.owner_of(c), (c % 2) * 2 - 1, '{}',
         CASE WHEN c % 10 = 0 THEN 'Comment ' || c END, pg_temp.time_of(pg_temp.at_of(c, 13)), pg_temp.time_of(pg_temp.at_of(c, 13))
       FROM ${each.conversation} WHERE c % 3 = 0`,
    ],
    [
      "edits",
      `INSERT INTO "Edit" ("id", "editedId", "originalId", "authorId", "distance", "createdAt")
       SELECT ${edit}, ${chosen}, ${rejected}, ${owner}, 12 + k % 90, ${judged} FROM ${each.pair} WHERE pg_temp.source_of(k) = 'EDIT'`,
    ],
    [
      "comparisons",
      `INSERT INTO "Comparison" ("id", "promptId", "reason", "status", "priority", "wanted", "createdAt", "closedAt")
       SELECT ${comparison}, ${prompt}, (CASE WHEN ${byRanking} THEN (CASE k % 3 WHEN 0 THEN 'DISAGREEMENT' WHEN 1 THEN 'DISLIKED' ELSE 'UNCOVERED' END)
         WHEN pg_temp.source_of(k) = 'CHOICE' THEN 'CHAT' ELSE 'REQUESTED' END)::"ComparisonReason",
         (CASE WHEN ${byRanking} OR pg_temp.source_of(k) = 'CHOICE' THEN 'DONE' ELSE 'OPEN' END)::"ComparisonStatus", (k % 100) / 100.0,
         CASE WHEN pg_temp.source_of(k) = 'CHOICE' THEN 1 ELSE 2 END, ${judged},
         CASE WHEN ${byRanking} OR pg_temp.source_of(k) = 'CHOICE' THEN ${judged} END
       FROM ${each.pair} WHERE ${byRanking} OR pg_temp.source_of(k) = 'CHOICE' OR k % 200 = 7`,
    ],
    [
      "candidates",
      `INSERT INTO "ComparisonCandidate" ("comparisonId", "messageId", "ordinal")
       SELECT ${comparison}, ${message("pg_temp.place_of(k) + 1 + o")}, o FROM ${each.pair}, generate_series(0, 1) o
       WHERE ${byRanking} OR pg_temp.source_of(k) = 'CHOICE' OR k % 200 = 7`,
    ],
    [
      "assignments",
      `INSERT INTO "Assignment" ("id", "comparisonId", "raterId", "state", "shown", "leasedAt", "expiresAt", "endedAt")
       SELECT pg_temp.assignment_id(pg_temp.at_of(k / 2, 11), k * 4 + j), ${comparison}, ${annotator("j")}, 'SUBMITTED', ARRAY[${chosen}, ${rejected}],
         ${judged} - interval '1 minute', ${judged} + interval '14 minutes', ${judged} FROM ${each.pair}, generate_series(0, 1) j WHERE ${byRanking}`,
    ],
    [
      "rankings",
      `INSERT INTO "Ranking" ("id", "comparisonId", "raterId", "shown", "durationMs", "createdAt")
       SELECT ${ranking("j")}, ${comparison}, CASE WHEN ${byRanking} THEN ${annotator("j")} ELSE ${owner} END, ARRAY[${chosen}, ${rejected}],
         5000 + k % 60000, ${judged}
       FROM ${each.pair}, generate_series(0, 1) j WHERE (${byRanking}) OR (pg_temp.source_of(k) = 'CHOICE' AND j = 0)`,
    ],
    [
      "ranks",
      `INSERT INTO "RankingEntry" ("rankingId", "messageId", "rank")
       SELECT ${ranking("j")}, CASE o WHEN 1 THEN ${chosen} ELSE ${rejected} END, o
       FROM ${each.pair}, generate_series(0, 1) j, generate_series(1, 2) o WHERE (${byRanking}) OR (pg_temp.source_of(k) = 'CHOICE' AND j = 0)`,
    ],
    [
      "pairs",
      `INSERT INTO "PreferencePair" ("id", "promptId", "chosenId", "rejectedId", "source", "status", "createdAt", "retractedAt")
       SELECT pg_temp.pair_of(k), ${prompt}, ${chosen}, ${rejected}, pg_temp.source_of(k),
         (CASE WHEN ${retracted} THEN 'RETRACTED' ELSE 'ACTIVE' END)::"PairStatus", ${judged}, CASE WHEN ${retracted} THEN ${judged} + interval '1 day' END
       FROM ${each.pair}`,
    ],
    [
      "raters of pairs",
      `INSERT INTO "PairRater" ("pairId", "raterId")
       SELECT pg_temp.pair_of(k), CASE WHEN ${byRanking} THEN ${annotator("j")} ELSE ${owner} END
       FROM ${each.pair}, generate_series(0, 1) j WHERE ${byRanking} OR j = 0`,
    ],
    ["events", eventStatement()],
    [
      "datasets",
      `INSERT INTO "Dataset" ("id", "kind", "origin", "sha256", "trainPairs", "heldOutPairs", "leftOut", "frozenAt")
       SELECT ${dataset}, 'PAIRS', 'FEEDBACK', ${hash("'dataset' || r")}, ${examples("<>")}, ${examples("=")}, '[]', pg_temp.time_of(${at(0)}) FROM ${each.round}`,
    ],
    [
      "examples",
      `INSERT INTO "DatasetPair" ("datasetId", "ordinal", "pairId", "weight", "epsilon", "split")
       SELECT ${dataset}, k, pg_temp.pair_of(k), 1, (k % 10) / 50.0, (CASE WHEN k / 2 % 10 = 0 THEN 'HELDOUT' ELSE 'TRAIN' END)::"Split"
       FROM ${each.round}, ${each.pair} WHERE k < ${pairs} * r / ${ROUNDS} AND NOT ${retracted}`,
    ],
    [
      "raters of examples",
      `INSERT INTO "DatasetRater" ("datasetId", "ordinal", "raterId")
       SELECT ${dataset}, k, CASE WHEN ${byRanking} THEN ${annotator("j")} ELSE ${owner} END FROM ${each.round}, ${each.pair}, generate_series(0, 1) j
       WHERE k < ${pairs} * r / ${ROUNDS} AND NOT ${retracted} AND (${byRanking} OR j = 0)`,
    ],
    [
      "an uploaded dataset",
      `WITH made AS (INSERT INTO "Dataset" ("id", "kind", "origin", "name", "sha256", "trainPairs", "heldOutPairs", "leftOut", "frozenAt")
         SELECT pg_temp.dataset_id(pg_temp.begin_of(0), 99), 'DIALOGUES', 'UPLOAD', 'load.jsonl', ${hash("'upload'")}, ${size.uploaded}, 0, '[]', pg_temp.time_of(pg_temp.begin_of(0))
         RETURNING "id")
       INSERT INTO "DatasetItem" ("datasetId", "ordinal", "split", "weight", "content")
       SELECT made."id", n, 'TRAIN', 1, jsonb_build_object('prompt', jsonb_build_array(jsonb_build_object('role', 'user', 'content', pg_temp.prompt_text(n, 30), 'tokenIds', null)),
         'completion', jsonb_build_object('content', pg_temp.reply_text(n, 31), 'tokenIds', null), 'weight', 1) FROM made, generate_series(0, ${size.uploaded - 1}) n`,
    ],
    [
      "adapters",
      `INSERT INTO "Adapter" ("id", "sha256", "status", "baseModelId", "rank", "alpha", "path", "bytes", "metrics", "createdAt")
       SELECT ${adapter()}, ${hash("'adapter' || r")}, 'APPROVED', '${ground.baseModelId}', 16, 32, 'adapters/load-' || r || '/adapter.gguf', 1000000,
         '{"heldout/accuracy":0.7}', pg_temp.time_of(${at(600)}) FROM ${each.round}`,
    ],
    [
      "runs",
      `INSERT INTO "Run" ("id", "method", "status", "baseModelId", "datasetId", "fromAdapterId", "adapterId", "config", "seed", "step", "totalSteps", "createdAt", "startedAt", "finishedAt")
       SELECT ${run}, 'DPO', 'SUCCEEDED', '${ground.baseModelId}', ${dataset}, CASE WHEN r > 1 THEN ${adapter("(r - 1)")} END, ${adapter()},
         '{"version":2,"tuning":"lora","beta":0.1}', r, ${METRIC_STEPS}, ${METRIC_STEPS}, pg_temp.time_of(${at(10)}), pg_temp.time_of(${at(20)}), pg_temp.time_of(${at(600)})
       FROM ${each.round}`,
    ],
    [
      "figures of runs",
      `INSERT INTO "RunMetric" ("runId", "step", "attempt", "values", "at")
       SELECT ${run}, step, 1, jsonb_build_object('loss', 0.7 / step, 'accuracy', 0.5 + 0.001 * step), pg_temp.time_of(${at(20)} + step)
       FROM ${each.round}, generate_series(1, ${METRIC_STEPS}) step`,
    ],
    [
      "deployments",
      `INSERT INTO "Deployment" ("id", "number", "baseModelId", "adapterId", "activatedAt", "deactivatedAt")
       SELECT pg_temp.deployment_id(${at(700)}, r), (SELECT max("number") FROM "Deployment") + r, '${ground.baseModelId}', ${adapter()},
         pg_temp.time_of(${at(700)}), pg_temp.time_of(${at(86_000)}) FROM ${each.round}`,
    ],
    [
      "audit trail",
      `INSERT INTO "AuditEvent" ("actorId", "action", "subject", "after", "createdAt")
       SELECT pg_temp.owner_of(c), 'apiKey.create', 'ApiKey:' || pg_temp.conversation_of(c), '{"name":"laptop"}', pg_temp.time_of(pg_temp.begin_of(c))
       FROM ${each.conversation} WHERE c % 5 = 0`,
    ],
  ];

  function eventStatement(): string {
    const object = (fields: Record<string, string>) =>
      `jsonb_build_object(${Object.entries(fields).flatMap(([key, value]) => [`'${key}'`, value])})`;
    const thumb = (value: string) => object({ value, reasons: "'[]'::jsonb", teaches: "true" });
    const rank = (messageId: string, rank: number) => object({ messageId, rank: String(rank) });
    const choice = object({
      comparisonId: comparison,
      choice: "'PICK'",
      chosenId: chosen,
      otherIds: `jsonb_build_array(${rejected})`,
    });
    const edited = object({ editedId: chosen, originalId: rejected, teaches: "true" });
    const ranks = `jsonb_build_array(${rank(chosen, 1)}, ${rank(rejected, 2)})`;
    const ranked = object({ comparisonId: comparison, ranks, allBad: "false", teaches: "true" });
    const from = (source: string) => `pg_temp.source_of(k) = '${source}'`;
    const parts = [
      eventOf("FEEDBACK", chosen, thumb("1"), from("FEEDBACK")),
      eventOf("FEEDBACK", rejected, thumb("-1"), from("FEEDBACK")),
      eventOf("CHOICE", ranking("0"), choice, from("CHOICE")),
      eventOf("EDIT", edit, edited, from("EDIT")),
      eventOf("RANKING", ranking("j"), ranked, byRanking, annotator("j")),
      eventOf("FEEDBACK", chosen, "NULL", retracted),
      eventOf("FEEDBACK", rejected, "NULL", retracted),
      `SELECT pg_temp.message_of(c, 6), pg_temp.owner_of(c), 'FEEDBACK'::"JudgementKind", pg_temp.message_of(c, 7),
         ${thumb("c % 2 * 2 - 1")}, pg_temp.time_of(pg_temp.at_of(c, 13)) FROM ${each.conversation} WHERE c % 3 = 0`,
    ];
    return `INSERT INTO "JudgementEvent" ("promptId", "raterId", "kind", "subjectId", "judgement", "at") ${parts.join(" UNION ALL ")}`;
  }
}
