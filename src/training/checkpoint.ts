import type { CheckpointPolicy } from '../api/checkpoint.ts';
import { PERSISTENT_VOLUME_CLAIM } from '../api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import type { Container, EnvVar, PodSpec } from '../api/pod-template.ts';
import {
  CHECKPOINT_DIR_VARIABLE,
  CHECKPOINT_GRACE_VARIABLE,
  CHECKPOINT_PATH,
  CHECKPOINT_RESUME_VARIABLE,
  CHECKPOINT_VOLUME,
  checkpointClaimName,
  DEFAULT_GRACE_SECONDS,
  S3_ENDPOINT_VARIABLE,
} from '../api/training-contract.ts';
import { env } from './environment/variables.ts';
import type { Job } from './job.ts';
import type { JobKind } from './job-kind.ts';
import { jobLabels, ownedBy } from './ownership.ts';

/**
 * The claim for a job's checkpoints, made with its first attempt and kept over all others, over suspension and after the
 * end: it goes with the job, through its owner reference. The controller itself never deletes a claim.
 */
export function checkpointClaim(kind: JobKind, job: Job): readonly KubeObject[] {
  const claim = job.runPolicy.checkpoint?.claim;
  if (!claim) return [];
  return [
    {
      apiVersion: apiVersionOf(PERSISTENT_VOLUME_CLAIM),
      kind: PERSISTENT_VOLUME_CLAIM.kind,
      metadata: {
        name: checkpointClaimName(job.name),
        namespace: job.namespace,
        labels: jobLabels(kind, job),
        ownerReferences: ownedBy(kind, job),
      },
      spec: {
        accessModes: [claim.accessMode ?? 'ReadWriteMany'],
        resources: { requests: { storage: String(claim.size) } },
        ...(claim.storageClassName && { storageClassName: claim.storageClassName }),
      },
    },
  ];
}

/** What is never deleted while its job is there. */
export const isCheckpointClaim = ({ kind }: KubeObject): boolean => kind === PERSISTENT_VOLUME_CLAIM.kind;

/** What the training container is told: a place that all attempts of this job share, and no other job. */
export function checkpointEnvironment(job: Job, template: PodSpec | undefined): readonly EnvVar[] {
  const { checkpoint } = job.runPolicy;
  if (!checkpoint) return [];
  const root = (checkpoint.uri ?? pathOf(checkpoint)).replace(/\/+$/, '');
  return [
    env(CHECKPOINT_DIR_VARIABLE, `${root}/${job.name}`),
    env(CHECKPOINT_RESUME_VARIABLE, checkpoint.resume ?? 'auto'),
    env(CHECKPOINT_GRACE_VARIABLE, graceOf(checkpoint, template)),
    ...(checkpoint.endpoint ? [env(S3_ENDPOINT_VARIABLE, checkpoint.endpoint)] : []),
  ];
}

/** The training container with the place mounted, and with what it takes to get there. */
export function withCheckpointAccess(job: Job, container: Container): Container {
  const { checkpoint } = job.runPolicy;
  if (!checkpoint) return container;
  const mountPath = pathOf(checkpoint);
  const taken = container.volumeMounts?.some((mount) => mount.mountPath === mountPath) ?? false;
  return {
    ...container,
    ...(claimOf(job) &&
      !taken && { volumeMounts: [...(container.volumeMounts ?? []), { name: CHECKPOINT_VOLUME, mountPath }] }),
    ...(checkpoint.secretName && {
      envFrom: [...(container.envFrom ?? []), { secretRef: { name: checkpoint.secretName } }],
    }),
  };
}

/** The volume, and the time that saving needs. */
export function checkpointSpec(job: Job, template: PodSpec | undefined): Partial<PodSpec> {
  const { checkpoint } = job.runPolicy;
  if (!checkpoint) return {};
  const claimName = claimOf(job);
  const volume = { name: CHECKPOINT_VOLUME, persistentVolumeClaim: { claimName } };
  return {
    ...(checkpoint.gracePeriodSeconds !== undefined && {
      terminationGracePeriodSeconds: graceOf(checkpoint, template),
    }),
    ...(claimName && { volumes: [...(template?.volumes ?? []), volume] }),
  };
}

const claimOf = ({ name, runPolicy: { checkpoint } }: Job): string | undefined =>
  checkpoint?.claim ? checkpointClaimName(name) : checkpoint?.claimName;

const pathOf = ({ path }: CheckpointPolicy): string => path ?? CHECKPOINT_PATH;

const graceOf = ({ gracePeriodSeconds }: CheckpointPolicy, template: PodSpec | undefined): number =>
  template?.terminationGracePeriodSeconds ?? gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
