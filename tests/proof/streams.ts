// Eight people who chat while an adapter goes live, and the judgement whether any of them was disturbed.
import { type CompletionRequest, type CompletionResult, type Completions, sameReply } from "../helpers/completions.ts";
import { type Figures, inParallel } from "./figures.ts";

const PEOPLE = 8;

/** Each of the eight asks the same with the same seed again and again, so that what each set of weights says to it is known. */
const REQUESTS: readonly CompletionRequest[] = Array.from({ length: PEOPLE }, (_, index) => ({
  messages: [
    { role: "user", content: index % 2 ? "给我讲一个关于猫的小故事。" : "Tell me a short story about a cat." },
  ],
  temperature: 0.8,
  seed: 1000 + index,
}));

interface Spoken {
  person: number;
  beganAt: number;
  endedAt: number;
  reply: CompletionResult;
}

interface StreamsDuring {
  /** When the act began and was confirmed, in ms since 1970. */
  beganAt: number;
  doneAt: number;
  /** What the old and the new weights say to each of the eight when nothing else happens. */
  before: CompletionResult[];
  after: CompletionResult[];
  spoken: Spoken[];
  failures: string[];
}

/** A promise and what fulfils it. */
function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** Acts once every one of the eight is hearing a reply; they go on asking until each has heard one that began after the act. */
export async function chatDuring(api: Completions, act: () => Promise<unknown>): Promise<StreamsDuring> {
  const before = await inParallel(REQUESTS, PEOPLE, (request) => api.stream(request));
  const spoken: Spoken[] = [];
  const failures: string[] = [];
  let doneAt = Number.POSITIVE_INFINITY;
  const hearing = REQUESTS.map(signal);
  const people = REQUESTS.map(async (request, person) => {
    for (let beganAt = 0; beganAt <= doneAt; ) {
      beganAt = Date.now();
      try {
        const reply = await api.stream(request, hearing[person]!.resolve);
        spoken.push({ person, beganAt, endedAt: Date.now(), reply });
      } catch (error) {
        failures.push(String(error));
        hearing[person]!.resolve();
        return;
      }
    }
  });
  await Promise.all(hearing.map(({ promise }) => promise));
  const beganAt = Date.now();
  await act();
  doneAt = Date.now();
  await Promise.all(people);
  const after = await inParallel(REQUESTS, PEOPLE, (request) => api.stream(request));
  return { beganAt, doneAt, before, after, spoken, failures };
}

/**
 * A stream that changed weights midway, if only for one token, says what neither set of weights says to that prompt and
 * seed; one that kept its weights says, to the letter, what its header's adapter says.
 */
export function judgeStreams(figures: Figures, streams: StreamsDuring, sha256: string): void {
  const { beganAt, doneAt, before, after, spoken, failures } = streams;
  const across = spoken.filter((one) => one.beganAt < beganAt && one.endedAt > doneAt).length;
  figures.say(
    `streams of ${PEOPLE} people meanwhile; those across the whole activation`,
    `${spoken.length}; ${across}`,
  );
  const speaking = spoken.filter((one) => one.beganAt < doneAt && one.endedAt > doneAt).length;
  figures.goal(
    "streams were running when it went live",
    speaking > 0,
    `${speaking} of ${PEOPLE} people were hearing one`,
  );
  figures.goal("no stream failed", failures.length === 0, failures.join("; ") || "none did");
  const changed = spoken.filter(({ person, reply }) => {
    const expected = reply.adapter === sha256 ? after : before;
    return !sameReply(reply, expected[person]!);
  }).length;
  figures.goal("no stream changed its adapter midway", changed === 0, `${changed} of ${spoken.length} did`);
}
