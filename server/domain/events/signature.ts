/** How deliveries are signed, after the Standard Webhooks specification 1.0, so that receivers can check them with its libraries. */

import { createHmac, randomBytes } from "node:crypto";

const SECRET_START = "whsec_";

/** 256 random bits. */
export const newSecret = () => SECRET_START + randomBytes(32).toString("base64");

export interface Signed {
  /** The same with every try of a delivery, so that a receiver can leave out what it has. */
  id: string;
  /** Of this try; a receiver refuses old ones. */
  at: Date;
  body: string;
}

/** The headers that prove who sent the body, and when: HMAC-SHA256 over "<id>.<seconds>.<body>". */
export function signatureHeaders(secret: string, { id, at, body }: Signed): Record<string, string> {
  const seconds = Math.floor(at.getTime() / 1000);
  const key = Buffer.from(secret.slice(SECRET_START.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}
