import * as z from 'zod';
import { int64, text, time } from './schema.ts';

/** One line of `status.conditions` in the shape that Kubernetes recommends, where every field but the generation is set. */
export const metaCondition = () =>
  z.object({
    type: text(316).regex(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
    ),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: text(1024)
      .min(1)
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/),
    message: text(32768),
    lastTransitionTime: time(),
    observedGeneration: int64(0).optional(),
  });

export type MetaCondition = z.input<ReturnType<typeof metaCondition>>;
