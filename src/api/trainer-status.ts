import * as z from 'zod';
import { atomicList, cel, int32, text, time } from './schema.ts';

/** What a training program reports of itself; the shape is Trainer v2's, kept under `status` of the v1 jobs too. */
export const trainerStatus = () =>
  cel(
    z.object({
      /** How much is done. */
      progressPercentage: percentage().optional(),
      estimatedRemainingSeconds: int32(0).optional(),
      metrics: atomicList(z.object({ name: shortText(), value: shortText() }), MAX_METRICS).optional(),
      lastUpdatedTime: time().optional(),
    }),
    {
      rule: 'has(self.lastUpdatedTime)',
      message: 'status.trainerStatus.lastUpdatedTime is required when trainerStatus is present',
    },
  );

const MAX_METRICS = 256;

const percentage = () => {
  const least = int32(0);
  return least.max(100).meta({ ...least.meta() });
};

const shortText = () => text(64).min(1);

export type TrainerStatus = z.input<ReturnType<typeof trainerStatus>>;
