import type { Container } from '../../api/pod-template.ts';
import { toMilli } from '../../api/quantity.ts';
import { jobsOf, type Layout, podSpecOf, stepOf } from './layout.ts';
import { NODE, TRAINER_STEP } from './names.ts';

type Amounts = Readonly<Record<string, number | string>>;

/** What one node asks for, as it will run: the runtime's resources under the TrainJob's. */
export function nodeResources(layout: Layout): Container['resources'] {
  const candidates = jobsOf(layout).filter((job) => job.name === NODE || stepOf(job) === TRAINER_STEP);
  return candidates
    .flatMap((job) => podSpecOf(job).containers.filter(({ name, resources }) => name === NODE && resources))
    .map(({ resources }) => resources)[0];
}

/** GPUs of one node; any resource whose name has `gpu` in it counts. */
export function gpusOf(resources: Container['resources']): number {
  return gpusIn(resources?.requests) || gpusIn(resources?.limits);
}

function gpusIn(amounts: Amounts = {}): number {
  const name = Object.keys(amounts).find((candidate) => candidate.toLowerCase().includes('gpu'));
  return name === undefined ? 0 : whole(amounts[name]);
}

/** Processors of one node, rounded up; what is requested, or else its limit. */
export const cpusOf = (resources: Container['resources']): number =>
  whole(resources?.requests?.cpu) || whole(resources?.limits?.cpu);

const whole = (quantity: number | string | undefined): number =>
  quantity === undefined ? 0 : Number((toMilli(String(quantity)) + 999n) / 1000n);
