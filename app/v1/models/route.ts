/** The models a program may ask for: one, whatever is live. */

import { answer } from "../../../server/api/openai/door.ts";
import { MODEL_ID } from "../../../server/api/openai/request.ts";
import { activeDeployment } from "../../../server/domain/live.ts";

export const GET = (request: Request): Promise<Response> =>
  answer(request, async ({ db }) => {
    const { activatedAt, baseModel } = await activeDeployment(db);
    const created = Math.floor(activatedAt.getTime() / 1000);
    return Response.json({
      object: "list",
      data: [{ id: MODEL_ID, object: "model", created, owned_by: baseModel.name }],
    });
  });
