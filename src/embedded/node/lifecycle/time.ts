import type { Instant } from '../../../runtime/environment.ts';

/** As metav1.Time is written: whole seconds, UTC. */
export const rfc3339 = (at: Instant): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
