import type { Instant } from '../runtime/environment.ts';

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export const instantText = (now: Instant): string => `${new Date(now).toISOString().slice(0, 19)}Z`;
