import * as z from 'zod';
import type { ResourceDefinition } from './crd.ts';
import { CLEAN_POD_POLICIES, type JobStatus, jobDefinition, replicaSpecs, runPolicy } from './job.ts';
import { MPI_JOB, MPI_JOB_V1 } from './kinds.ts';
import type { KubeObject } from './kube.ts';
import { MANAGED_BY_MPI_OPERATOR, MANAGED_BY_TRAINING_OPERATOR } from './labels.ts';
import { DEFAULT_SSH_PATH } from './mpi-defaults.ts';
import { cel, immutable, int32, oneOf, stored, text } from './schema.ts';

/**
 * MPIJob, in two versions of one CustomResourceDefinition. Upstream has two operators that cannot stand side by side: `v1`,
 * whose launcher starts processes by `kubectl exec`, and `v2beta1`, whose launcher does so over ssh. Here both versions have
 * the fields of both, and `spec.transport` says which way a job goes; each version stores its own way when the field is left
 * out. So a job keeps its way whichever version it is read or written in, and no conversion webhook is needed.
 */
export const MPI_TRANSPORTS = ['exec', 'ssh'] as const;
export const MPI_IMPLEMENTATIONS = ['OpenMPI', 'Intel', 'MPICH'] as const;
export const LAUNCHER_CREATION_POLICIES = ['AtStartup', 'WaitForWorkersReady'] as const;

type Version = 'v1' | 'v2beta1';

/** What a user writes under `spec` of an MPIJob. */
const mpiJobSpec = (version: Version) => {
  /** Defaults that upstream's v2beta1 stores and its v1 does not know. */
  const sshDefault = <S extends z.ZodType>(schema: S, value: unknown) =>
    version === 'v2beta1' ? stored(schema, value) : schema.optional();
  return cel(
    z.object({
      runPolicy: runPolicy([MANAGED_BY_TRAINING_OPERATOR, MANAGED_BY_MPI_OPERATOR]),
      mpiReplicaSpecs: replicaSpecs({ field: 'mpiReplicaSpecs', types: ['Launcher', 'Worker'], single: ['Launcher'] }),
      slotsPerWorker: sshDefault(int32(0), 1),
      /** How the launcher starts processes on the workers. Ours. */
      transport: stored(immutable(z.enum(MPI_TRANSPORTS), 'spec.transport'), version === 'v1' ? 'exec' : 'ssh'),
      /** Where the keys are mounted; over ssh only. */
      sshAuthMountPath: sshDefault(z.string(), DEFAULT_SSH_PATH),
      mpiImplementation: sshDefault(z.enum(MPI_IMPLEMENTATIONS), 'OpenMPI'),
      /** The launcher runs processes too; over ssh only. */
      runLauncherAsWorker: sshDefault(z.boolean(), false),
      launcherCreationPolicy: sshDefault(
        oneOf(text(32), 'spec.launcherCreationPolicy', LAUNCHER_CREATION_POLICIES),
        'AtStartup',
      ),
      /** The container of the workers to start processes in; by exec only. */
      mainContainer: text(63).optional(),
      /** The same as `runPolicy.cleanPodPolicy`, which wins. */
      cleanPodPolicy: oneOf(text(16), 'spec.cleanPodPolicy', ['', ...CLEAN_POD_POLICIES]).optional(),
    }),
    {
      rule: "'Launcher' in self.mpiReplicaSpecs",
      message: 'spec.mpiReplicaSpecs[Launcher] is required: it runs mpirun',
    },
    {
      rule: "!has(self.transport) || self.transport != 'ssh' || self.mpiReplicaSpecs.all(t, !has(self.mpiReplicaSpecs[t].restartPolicy) || self.mpiReplicaSpecs[t].restartPolicy in ['', 'Never', 'OnFailure'])",
      message: 'spec.mpiReplicaSpecs: over ssh, restartPolicy must be one of Never, OnFailure',
    },
  );
};

export const mpiJobV1Spec = mpiJobSpec('v1');
export const mpiJobV2Spec = mpiJobSpec('v2beta1');

export type MPIJobSpec = z.input<typeof mpiJobV1Spec>;
export type MPITransport = (typeof MPI_TRANSPORTS)[number];

/** In either version. */
export interface MPIJob extends KubeObject {
  readonly spec: MPIJobSpec;
  readonly status?: JobStatus;
}

/** Stored as v1, whose schema adds the least to what an author wrote. */
export const MPI_JOB_DEFINITION: ResourceDefinition = {
  ...jobDefinition({ kind: MPI_JOB, spec: mpiJobV2Spec, replicaSpecsField: 'mpiReplicaSpecs' }),
  versions: [
    {
      version: MPI_JOB_V1.version,
      spec: mpiJobV1Spec,
      stored: true,
      columns: [
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
      ],
    },
  ],
};
