/** Chat completions as OpenAI's clients ask for them. */

import { complete } from "../../../../server/api/openai/completion.ts";
import { answer, readBody } from "../../../../server/api/openai/door.ts";
import { completionSchema } from "../../../../server/api/openai/request.ts";

export const POST = (request: Request): Promise<Response> =>
  answer(request, async (services, caller) => {
    const input = await readBody(request, completionSchema);
    return complete(services, caller.id, input, request.signal);
  });
