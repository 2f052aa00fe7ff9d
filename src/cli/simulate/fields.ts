import * as z from 'zod';
import { toMilli } from '../../api/quantity.ts';
import { parseDuration } from './duration.ts';

/** Fields of the files that `armature simulate` reads; each says how to write it. */

/** Milliseconds. */
export const duration = () =>
  z
    .string({ error: 'must be a duration; write it like 90s, 2h30m or 2d' })
    .refine((text) => parseDuration(text) !== undefined, { error: 'is no duration; write it like 90s, 2h30m or 2d' })
    .transform((text) => parseDuration(text) ?? 0);

/** Amounts of resources in thousandths, by name. */
export const amounts = () =>
  z
    .record(
      z.string(),
      z
        .union([z.string(), z.number()], { error: 'must be an amount; write it like 500m, 8 or 64Gi' })
        .refine(isAmount, {
          error: 'is no amount; write it like 500m, 8 or 64Gi',
        }),
      { error: 'must be a map from resources to amounts, such as cpu: 96' },
    )
    .transform((given) => new Map(Object.entries(given).map(([name, amount]) => [name, milliOf(amount)])));

export const milliOf = (amount: string | number): number => Number(toMilli(String(amount)));

function isAmount(amount: string | number): boolean {
  try {
    return milliOf(amount) >= 0;
  } catch {
    return false;
  }
}

export const count = (least = 0) =>
  z.int({ error: `must be a whole number of at least ${least}` }).min(least, { error: `must be at least ${least}` });

export const positive = () =>
  z.number({ error: 'must be a number' }).positive({ error: 'must be more than 0: leave it out for none' });

export const texts = () => z.record(z.string(), z.string({ error: 'must be text: put it in quotes' }));
