import { FAULTS } from '../../src/embedded/simulation/history.ts';
import { type HistoryPlan, play } from './play.ts';

/** The shortest history of a failing seed, with the fewest kinds of faults, that still fails. */
export async function shrink(plan: HistoryPlan): Promise<HistoryPlan> {
  let smallest = plan;
  const first = await play(plan);
  if (!first.failure) return plan;
  const cut = { ...plan, steps: Math.max(1, first.failure.step) };
  if ((await play(cut)).failure) smallest = cut;
  for (const fault of FAULTS) {
    if (smallest.without.includes(fault)) continue;
    const calmer = { ...smallest, without: [...smallest.without, fault] };
    if ((await play(calmer)).failure) smallest = calmer;
  }
  return shorten(smallest);
}

/** A prefix that is half as long, a quarter shorter, and so on. */
async function shorten(plan: HistoryPlan): Promise<HistoryPlan> {
  let best = plan;
  for (let cut = Math.floor(plan.steps / 2); cut >= 1; ) {
    const shorter = { ...best, steps: best.steps - cut };
    if (shorter.steps >= 1 && (await play(shorter)).failure) best = shorter;
    else cut = Math.floor(cut / 2);
  }
  return best;
}
