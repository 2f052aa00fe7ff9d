import * as z from 'zod';
import { jobDefinition, list, replicaSpecs, runPolicy, spellings, type TrainingJob } from './job.ts';
import { TF_JOB } from './kinds.ts';
import { cel, oneOf, text } from './schema.ts';

const FIELD = 'tfReplicaSpecs';
const TYPES = ['Chief', 'Master', 'Worker', 'PS', 'Evaluator'] as const;
const leader = `type in ${list(['Chief', 'Master'].flatMap(spellings))}`;
const named = (type: string): string => `type in ${list(spellings(type))}`;

/** What a user writes under `spec` of a TFJob. */
export const tfJobSpec = z.object({
  runPolicy: runPolicy(),
  tfReplicaSpecs: cel(
    replicaSpecs({
      field: FIELD,
      types: TYPES,
      atLeastOne: ['Chief', 'Master'],
      anyCase: true,
      mainContainer: 'tensorflow',
    }),
    {
      rule: `size(self.filter(type, ${leader})) <= 1`,
      message: `spec.${FIELD} must not have more than one of Chief and Master: keep one of them`,
    },
    {
      rule: ['Worker', 'PS', 'Evaluator'].map((type) => `size(self.filter(type, ${named(type)})) <= 1`).join(' && '),
      message: `spec.${FIELD} has a key twice, spelled in two ways: keep one of them`,
    },
    {
      rule: `size(self) == 0 || self.exists(type, ${leader}) || self.exists(type, ${named('Worker')} && (!has(self[type].replicas) || self[type].replicas >= 1))`,
      message: `spec.${FIELD} needs a Chief, a Master or at least one Worker: they decide when the job has succeeded`,
    },
  ),
  successPolicy: oneOf(text(16), 'spec.successPolicy', ['', 'AllWorkers']).optional(),
  enableDynamicWorker: z.boolean().optional(),
});

export type TFJobSpec = z.input<typeof tfJobSpec>;
export type TFJob = TrainingJob<TFJobSpec>;

export const TF_JOB_DEFINITION = jobDefinition({ kind: TF_JOB, spec: tfJobSpec, replicaSpecsField: FIELD });
