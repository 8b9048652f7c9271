/** What a verifiable reward looks at. */

export interface Reply {
  /** Without the end token. */
  text: string;
  /** Tokens, the end token included. */
  tokens: number;
  /** The right answer, where the prompt has one. */
  answer: string | null;
}

/** A pure function from a reply to its reward, mostly from 0 to 1. */
export type Reward = (reply: Reply) => number;
