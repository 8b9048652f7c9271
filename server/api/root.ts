/** All procedures under their names. */

import { accountRouter } from "./routers/account.ts";
import { adapterRouter } from "./routers/adapter.ts";
import { annotationRouter } from "./routers/annotation.ts";
import { apiKeyRouter } from "./routers/api-key.ts";
import { auditRouter } from "./routers/audit.ts";
import { checkRouter } from "./routers/check.ts";
import { comparisonRouter } from "./routers/comparison.ts";
import { conversationRouter } from "./routers/conversation.ts";
import { costRouter } from "./routers/cost.ts";
import { datasetRouter } from "./routers/dataset.ts";
import { deploymentRouter } from "./routers/deployment.ts";
import { erasureRouter } from "./routers/erasure.ts";
import { feedbackRouter } from "./routers/feedback.ts";
import { gateRouter } from "./routers/gate.ts";
import { importRouter } from "./routers/import.ts";
import { inviteRouter } from "./routers/invite.ts";
import { lineageRouter } from "./routers/lineage.ts";
import { messageRouter } from "./routers/message.ts";
import { overviewRouter } from "./routers/overview.ts";
import { pairRouter } from "./routers/pair.ts";
import { peopleRouter } from "./routers/people.ts";
import { resetRouter } from "./routers/reset.ts";
import { rewardRouter } from "./routers/reward.ts";
import { runRouter } from "./routers/run.ts";
import { scheduleRouter } from "./routers/schedule.ts";
import { sessionRouter } from "./routers/session.ts";
import { settingRouter } from "./routers/setting.ts";
import { systemRouter } from "./routers/system.ts";
import { trustRouter } from "./routers/trust.ts";
import { viewerRouter } from "./routers/viewer.ts";
import { webhookRouter } from "./routers/webhook.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  viewer: viewerRouter,
  account: accountRouter,
  conversation: conversationRouter,
  message: messageRouter,
  feedback: feedbackRouter,
  apiKey: apiKeyRouter,
  overview: overviewRouter,
  run: runRouter,
  adapter: adapterRouter,
  reward: rewardRouter,
  schedule: scheduleRouter,
  cost: costRouter,
  deployment: deploymentRouter,
  dataset: datasetRouter,
  pair: pairRouter,
  import: importRouter,
  annotation: annotationRouter,
  comparison: comparisonRouter,
  people: peopleRouter,
  audit: auditRouter,
  setting: settingRouter,
  lineage: lineageRouter,
  erasure: erasureRouter,
  trust: trustRouter,
  webhook: webhookRouter,
  session: sessionRouter,
  invite: inviteRouter,
  reset: resetRouter,
  gate: gateRouter,
  check: checkRouter,
  system: systemRouter,
});

export type AppRouter = typeof appRouter;
