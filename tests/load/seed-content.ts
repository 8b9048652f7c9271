// What the load tests' data is made of, in SQL: ids, texts and times as pure functions of a conversation's number.

/** Messages of a conversation, in this order: two prompts with two replies each, then prompts with one. */
export const MESSAGES_PER_CONVERSATION = 20;
/** The prompts that have two replies, and so a pair. */
export const PAIRS_PER_CONVERSATION = 2;

/** Seconds between the beginnings of two conversations, and between two messages of one. */
const CONVERSATION_SECONDS = 300;
const MESSAGE_SECONDS = 10;

/** Kinds of row, as they stand in ids. */
const KIND = {
  user: "001",
  conversation: "002",
  message: "003",
  pair: "004",
  feedback: "005",
  edit: "006",
  comparison: "007",
  ranking: "008",
  assignment: "009",
  dataset: "00a",
  run: "00b",
  adapter: "00c",
  deployment: "00d",
} as const;

const WORDS =
  "river stone bread ladder cloud music winter garden train window letter bridge salt paper lamp forest engine market " +
  "harbor clock button island copper thread voice copybook summer valley basket mirror candle pocket 天气 城市 音乐 早餐 " +
  "火车 花园 书信 窗户 compile index cache query vector tensor gradient schedule invoice budget recipe travel doctor " +
  "contract lesson summary translate explain compare describe repair measure plan";

const REPLIES =
  "That depends on what you want to keep. First write down what you know, then check each point against the source, and " +
  "only after that decide. A short answer is often the better one: name the result, say why it holds, and stop. If the " +
  "figures do not agree, look for the unit that was left out before you doubt the method. Bread needs time more than it " +
  "needs flour; let the dough rest until it has doubled. A train that leaves at nine and takes three hours arrives at noon. " +
  "先写下已知的条件，再逐一核对来源，最后才作决定。简短的回答往往更好：先说结论，再说理由。如果数字对不上，先看看是不是漏了单位。" +
  "To sort a list in place, compare neighbours and swap them where they stand the wrong way round, until nothing moves. " +
  "The bridge was built of stone because wood would have rotted in the river; its arches carry the weight to the banks. ";

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * Functions that live as long as the connection. Ids are version 7 and grow with the time of their rows, as those of the
 * product do, so that indexes are as dense as in real use.
 * @param conversations how many there will be; the last one begins just before `until`
 */
export function helperFunctions({
  conversations,
  users,
  until,
}: {
  conversations: number;
  users: number;
  until: Date;
}) {
  const start = Math.floor(until.getTime() / 1000) - conversations * CONVERSATION_SECONDS;
  const ids = Object.entries(KIND).map(
    ([
      kind,
      digits,
    ]) => `CREATE FUNCTION pg_temp.${kind}_id(at bigint, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT (lpad(to_hex(at * 1000), 12, '0') || '7${digits}8' || lpad(to_hex(n), 15, '0'))::uuid $$`,
  );
  return [
    ...ids,
    `CREATE FUNCTION pg_temp.begin_of(c int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
      SELECT ${start}::bigint + c * ${CONVERSATION_SECONDS} $$`,
    `CREATE FUNCTION pg_temp.at_of(c int, p int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
      SELECT pg_temp.begin_of(c) + p * ${MESSAGE_SECONDS} $$`,
    `CREATE FUNCTION pg_temp.user_of(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT pg_temp.user_id(${start - 86_400}, n) $$`,
    // A few people write much and most write little: the busiest has some 2 % of all conversations.
    `CREATE FUNCTION pg_temp.owner_number(c int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
      SELECT least(${users - 1}, floor(${users} * power((c::bigint * 7919 % ${conversations})::float8 / ${conversations}, 2)))::int $$`,
    `CREATE FUNCTION pg_temp.owner_of(c int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT pg_temp.user_of(pg_temp.owner_number(c)) $$`,
    `CREATE FUNCTION pg_temp.conversation_of(c int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT pg_temp.conversation_id(pg_temp.begin_of(c), c) $$`,
    `CREATE FUNCTION pg_temp.message_of(c int, p int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT pg_temp.message_id(pg_temp.at_of(c, p), c::bigint * 32 + p) $$`,
    `CREATE FUNCTION pg_temp.is_reply(p int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT p IN (1, 2, 4, 5) OR (p > 6 AND p % 2 = 1) $$`,
    // 0 ─┬ 1 ─ 3 ─┬ 4 ─ 6 ─ 7 ─ 8 ─ …
    //    └ 2      └ 5
    `CREATE FUNCTION pg_temp.parent_of(p int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE p WHEN 0 THEN NULL WHEN 2 THEN 0 WHEN 5 THEN 3 WHEN 6 THEN 4 ELSE p - 1 END $$`,
    `CREATE FUNCTION pg_temp.prompt_text(c int, p int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT string_agg((${literal(`{${WORDS.split(" ").join(",")}}`)}::text[])[1 + abs(hashint8(c::bigint * 32 + p + j * 1000003)::bigint) % ${WORDS.split(" ").length}], ' ')
        || ' ' || c || '?' FROM generate_series(1, 9) j $$`,
    `CREATE FUNCTION pg_temp.reply_text(c int, p int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT 'Answer ' || c || '.' || p || ': ' || substr(${literal(REPLIES.repeat(2))},
        1 + (abs(hashint8(c::bigint * 32 + p)::bigint) % ${REPLIES.length})::int, 60 + (c + p * 37) % 240) $$`,
    // Pair k belongs to the prompt at place 0 or 3 of conversation k / 2.
    `CREATE FUNCTION pg_temp.source_of(k int) RETURNS "PairSource" LANGUAGE sql IMMUTABLE AS $$
      SELECT (CASE WHEN k % 100 < 70 THEN 'FEEDBACK' WHEN k % 100 < 80 THEN 'CHOICE' WHEN k % 100 < 85 THEN 'EDIT' ELSE 'RANKING' END)::"PairSource" $$`,
    `CREATE FUNCTION pg_temp.place_of(k int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT k % 2 * 3 $$`,
    // An edited text is the later sibling; otherwise either may be the better one.
    `CREATE FUNCTION pg_temp.chosen_of(k int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
      SELECT pg_temp.place_of(k) + CASE WHEN pg_temp.source_of(k) = 'EDIT' OR k % 3 = 0 THEN 2 ELSE 1 END $$`,
    `CREATE FUNCTION pg_temp.rejected_of(k int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
      SELECT pg_temp.place_of(k) * 2 + 3 - pg_temp.chosen_of(k) $$`,
    `CREATE FUNCTION pg_temp.pair_of(k int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT pg_temp.pair_id(pg_temp.at_of(k / 2, 12), k) $$`,
    `CREATE FUNCTION pg_temp.time_of(seconds bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT to_timestamp(seconds) $$`,
  ];
}
