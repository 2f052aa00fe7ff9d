import { type JobSetUnderTest, jobSetOf, type RoleShape, replicatedJob } from '../job-set.ts';
import type { Act, Scenario } from './scenario.ts';

export type SetAct = Act<JobSetUnderTest>;
export type SetScenario = Scenario<JobSetUnderTest>;

/** A JobSet of this name and spec, and what happens to it. */
export const set = (name: string, spec: object, ...acts: readonly SetAct[]): SetScenario =>
  marked(name, {}, spec, ...acts);

/** The same, with labels or annotations of its own. */
export const marked = (name: string, metadata: object, spec: object, ...acts: readonly SetAct[]): SetScenario => ({
  name,
  job: (namespace, own) => jobSetOf(namespace, own, spec, metadata),
  acts,
});

/** All pods of these Jobs end with this code. */
export const end =
  (code: number, ...jobs: readonly string[]): SetAct =>
  async (one) => {
    for (const job of jobs) await one.exit(`${one.name}-${job}`, code);
  };
export const edit =
  (spec: object): SetAct =>
  (one) =>
    one.edit(spec);

const two = { parallelism: 2, completions: 2 };
export const leader = (shape: RoleShape = {}) => replicatedJob('leader', shape);
export const workers = (shape: RoleShape = {}) => replicatedJob('worker', { replicas: 2, job: two, ...shape });
/** A leader of one pod, and two Jobs of two workers. */
export const bothRoles = [leader(), workers()];
