/** What people talk to: the history of releases, activation, canaries, shares of traffic, rollback and freeze. */

import { z } from "zod";
import { advanceCanary, pauseCanary, resumeCanary, startCanary } from "../../domain/canary/acts.ts";
import { startArm, stopArm } from "../../domain/canary/arm-acts.ts";
import { freeze, unfreeze } from "../../domain/canary/freeze.ts";
import { setShare } from "../../domain/canary/share.ts";
import { readTraffic } from "../../domain/canary/traffic-view.ts";
import { activateAdapter, listDeployments, rollBack } from "../../domain/deployment.ts";
import { canaryPlanSchema } from "../../domain/views/deployment.ts";
import { plainText } from "../../plain-text.ts";
import type { Services } from "../../services.ts";
import type { Viewer } from "../../viewer.ts";
import { adminProcedure, freshAdminProcedure, requireFreshSignIn, router } from "../trpc.ts";
import { id } from "./input.ts";

const reason = plainText().pipe(z.string().trim().min(3).max(500));
/** Null is the bare base model. `override`: why it may go live without what its Gate policy asks for. */
const candidate = z.object({ adapterId: id.nullable(), override: reason.optional() });
const arm = z.object({ deploymentId: id });
const share = z.int().min(0).max(1000);
const nothing = z.object({}).optional();

/** What every act on the traffic works with, the moment included. */
const stageOf = ({ services, viewer }: { services: Services; viewer: Viewer }) => ({
  ...services,
  actorId: viewer.id,
  now: new Date(),
});

export const deploymentRouter = router({
  list: adminProcedure.query(({ ctx }) => listDeployments(ctx.services.db)),
  traffic: adminProcedure.query(({ ctx }) => readTraffic(ctx.services)),
  activate: freshAdminProcedure.input(candidate).mutation(({ ctx, input }) => activateAdapter(stageOf(ctx), input)),
  /** Goes back to what was live before `from`, or before whatever is live. Asks for no fresh sign-in: it must be fast. */
  rollback: adminProcedure
    .input(z.object({ from: id.optional() }).optional())
    .mutation(({ ctx, input }) => rollBack(stageOf(ctx), { from: input?.from })),
  startCanary: freshAdminProcedure
    .input(candidate.extend({ plan: canaryPlanSchema.optional() }))
    .mutation(({ ctx, input }) => startCanary(stageOf(ctx), input)),
  advanceCanary: freshAdminProcedure
    .input(z.object({ from: z.int().min(0).optional() }).optional())
    .mutation(({ ctx, input }) => advanceCanary(stageOf(ctx), { from: input?.from })),
  pauseCanary: adminProcedure.input(nothing).mutation(({ ctx }) => pauseCanary(stageOf(ctx))),
  resumeCanary: adminProcedure.input(nothing).mutation(({ ctx }) => resumeCanary(stageOf(ctx))),
  /** An arm beside the default one whose share is set by hand: an A/B test. */
  startArm: freshAdminProcedure
    .input(candidate.extend({ share }))
    .mutation(({ ctx, input }) => startArm(stageOf(ctx), input)),
  /** More traffic may be as good as an activation and asks for a fresh sign-in; taking some away must be fast. */
  setShare: adminProcedure
    .input(arm.extend({ share }))
    .mutation(({ ctx, input }) => setShare(stageOf(ctx), { ...input, onGrowth: () => requireFreshSignIn(ctx) })),
  /** Takes an arm's traffic away; a canary's arm is rolled back with it. */
  stopArm: adminProcedure.input(arm).mutation(({ ctx, input }) => stopArm(stageOf(ctx), input)),
  freeze: adminProcedure.input(z.object({ reason })).mutation(({ ctx, input }) => freeze(stageOf(ctx), input)),
  unfreeze: adminProcedure.input(nothing).mutation(({ ctx }) => unfreeze(stageOf(ctx))),
});
