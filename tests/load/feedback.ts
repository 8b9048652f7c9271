// Thumbs at a steady rate over real HTTP: how long each takes, and whether every acknowledged one is in the database.
import http from "node:http";
import pg from "pg";
import superjson from "superjson";
import { signIn } from "../helpers/api.ts";
import { summary, type Times } from "./figures.ts";
import { LOAD_PASSWORD, loadEmail } from "./seed.ts";

export interface FeedbackLoad {
  perSecond: number;
  seconds: number;
}

export interface FeedbackResult {
  sent: number;
  acknowledged: number;
  /** Of other answers, how many; by what they were. */
  refused: Record<string, number>;
  /** Acknowledged and not in the database, or not with the value that was sent, or not in the log of judgements. */
  lost: number;
  /** From the moment at which a thumb was due until its answer was read. */
  times: Times;
  seconds: number;
}

interface Thumb {
  messageId: string;
  raterId: string;
  cookie: string;
  value: 1 | -1;
}

const PEOPLE = 100;
/** Sent beforehand at half the rate and not counted: a process that has just started compiles its code for some seconds. */
const WARMING_SECONDS = 15;
/** The first are annotators and write most; these are ordinary people. */
const FIRST_PERSON = 60;
/** One thumb in ten is about a reply with siblings, whose pairs are worked out anew. */
const WITH_SIBLINGS = 10;

/**
 * Sends thumbs at times fixed beforehand, whether or not earlier ones were answered: a server that falls behind is seen to
 * fall behind. A time counts from when its thumb was due.
 */
export async function loadFeedback(url: string, databaseUrl: string, load: FeedbackLoad): Promise<FeedbackResult> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
  try {
    const warming = Math.floor((load.perSecond / 2) * WARMING_SECONDS);
    const thumbs = await chooseThumbs(client, url, load.perSecond * load.seconds + warming);
    const send = sender(url, agent);
    await sendOnTime(thumbs.splice(0, warming), load.perSecond / 2, send);
    const began = performance.now();
    const answers = await sendOnTime(thumbs, load.perSecond, send);
    const seconds = (performance.now() - began) / 1000;
    const acknowledged = answers.filter(({ answer }) => answer === "200");
    const refused: Record<string, number> = {};
    for (const { answer } of answers) if (answer !== "200") refused[answer] = (refused[answer] ?? 0) + 1;
    return {
      ...{ sent: thumbs.length, acknowledged: acknowledged.length, refused, seconds },
      lost: await countLost(
        client,
        acknowledged.map(({ thumb }) => thumb),
      ),
      times: summary(answers.map(({ ms }) => ms)),
    };
  } finally {
    agent.destroy();
    await client.end();
  }
}

/** Each at its time, whether or not those before it were answered. */
function sendOnTime(
  thumbs: readonly Thumb[],
  perSecond: number,
  send: (thumb: Thumb) => Promise<string>,
): Promise<{ thumb: Thumb; answer: string; ms: number }[]> {
  const began = performance.now();
  return Promise.all(
    thumbs.map(async (thumb, i) => {
      const due = began + (i * 1000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      const answer = await send(thumb);
      return { thumb, answer, ms: performance.now() - due };
    }),
  );
}

/** Replies of people who are signed in, each once, new ones first, in an order in which people take turns. Each thumb says something new. */
async function chooseThumbs(client: pg.Client, url: string, count: number): Promise<Thumb[]> {
  const emails = Array.from({ length: PEOPLE }, (_, i) => loadEmail(FIRST_PERSON + i));
  const cookies = new Map<string, string>();
  for (const email of emails) {
    const person = await signIn(url, { email, password: LOAD_PASSWORD });
    const pairs = person.cookies().map(({ name, value }) => `${name}=${value}`);
    cookies.set(email, pairs.join("; "));
  }
  const { rows } = await client.query<{ messageId: string; raterId: string; email: string; before: number | null }>(
    `WITH theirs AS (
       SELECT message."id" AS "messageId", person."id" AS "raterId", person."email", thumb."value" AS "before",
         EXISTS (SELECT 1 FROM "Message" sibling WHERE sibling."parentId" = message."parentId" AND sibling."id" <> message."id") AS siblings
       FROM "User" person JOIN "Conversation" conversation ON conversation."userId" = person."id"
       JOIN "Message" message ON message."conversationId" = conversation."id"
       LEFT JOIN "Feedback" thumb ON thumb."messageId" = message."id" AND thumb."raterId" = person."id"
       WHERE person."email" = ANY($1) AND message."role" = 'ASSISTANT' AND message."deploymentId" IS NOT NULL
     ), numbered AS (
       SELECT *, row_number() OVER (PARTITION BY "email", siblings ORDER BY "before" IS NOT NULL, "messageId") AS turn FROM theirs
     )
     SELECT "messageId", "raterId", "email", "before" FROM numbered
     ORDER BY turn * (CASE WHEN siblings THEN ${WITH_SIBLINGS - 1} ELSE 1 END), "email" LIMIT $2`,
    [emails, count],
  );
  if (rows.length < count) throw new Error(`${count} replies are needed, the people of this load have ${rows.length}.`);
  return rows.map(({ email, before, messageId, raterId }, i) => {
    const down = before === null ? i % 3 === 0 : before > 0;
    return { messageId, raterId, cookie: cookies.get(email)!, value: down ? -1 : 1 };
  });
}

/** The very request that a browser sends for a thumb. @returns the HTTP status, or why there is none */
function sender(url: string, agent: http.Agent): (thumb: Thumb) => Promise<string> {
  const { hostname, port, origin } = new URL(url);
  const path = "/api/trpc/feedback.set?batch=1";
  return ({ messageId, cookie, value }) => {
    const body = JSON.stringify({ 0: superjson.serialize({ messageId, value }) });
    return new Promise((resolve) => {
      const request = http.request(
        {
          ...{ hostname, port, path, agent, method: "POST" },
          headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), cookie, origin },
        },
        (response) => {
          response.resume();
          response.on("end", () => resolve(String(response.statusCode)));
        },
      );
      request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      request.end(body);
    });
  };
}

async function countLost(client: pg.Client, thumbs: readonly Thumb[]): Promise<number> {
  const column = <Key extends keyof Thumb>(key: Key) => thumbs.map((thumb) => thumb[key]);
  const { rows } = await client.query<{ lost: number }>(
    `SELECT count(*)::int AS lost FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS sent("messageId", "raterId", "value")
     WHERE NOT EXISTS (SELECT 1 FROM "Feedback" kept WHERE kept."messageId" = sent."messageId" AND kept."raterId" = sent."raterId" AND kept."value" = sent."value")
       OR NOT EXISTS (SELECT 1 FROM "Message" reply JOIN "JudgementEvent" event ON event."promptId" = reply."parentId"
         WHERE reply."id" = sent."messageId" AND event."subjectId" = reply."id" AND event."raterId" = sent."raterId"
           AND (event."judgement"->>'value')::int = sent."value")`,
    [column("messageId"), column("raterId"), column("value")],
  );
  return rows[0]?.lost ?? thumbs.length;
}
