/** Liveness, for whoever restarts a process that hangs: this one answers. Whether it can do its work is told by /api/health/ready. */

export const dynamic = "force-dynamic";

export const GET = (): Response => Response.json({ live: true });
