/** Sentences about traffic; their words stand in messages/…/traffic.json. */

import type { Sentence } from "../views/sentence.ts";

export const said = (code: string, values: Sentence["values"] = {}): Sentence => ({ area: "traffic", code, values });
