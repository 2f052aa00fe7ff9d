import * as z from 'zod';
import { envVar, toleration, volumeMount } from './pod-template.ts';
import { atomicList, cel, immutable, int64, listMap, open, stringMap, text, time } from './schema.ts';

/** What a TrainJob changes of its runtime: `spec.runtimePatches`, and the shapes it had before Trainer 2.2. */

/** What may be said of metadata where all else is refused. */
export const plainMetadata = () =>
  z.object({
    name: z.string().optional(),
    namespace: z.string().optional(),
    labels: stringMap().optional(),
    annotations: stringMap().optional(),
    finalizers: z.array(z.string()).optional(),
  });

const container = z.object({
  name: text().min(1),
  env: listMap(envVar, 'name', 128).optional(),
  volumeMounts: listMap(volumeMount, 'mountPath', 128).optional(),
  securityContext: open({}).optional(),
});

const ofPods = 'spec.runtimePatches[*].trainingRuntimeSpec.template.spec.replicatedJobs[*].template.spec.template.spec';

/** `fixed` marks what cannot change once it is set. */
const podSpecPatch = (fixed: <S extends z.ZodType>(schema: S, name: string) => S) =>
  z.object({
    serviceAccountName: fixed(text(), 'serviceAccountName').optional(),
    volumes: fixed(listMap(open({ name: text(63) }), 'name', 128), 'volumes').optional(),
    initContainers: fixed(listMap(container, 'name', 64), 'initContainers').optional(),
    containers: fixed(listMap(container, 'name', 64), 'containers').optional(),
    imagePullSecrets: fixed(listMap(z.object({ name: text() }), 'name', 64), 'imagePullSecrets').optional(),
    securityContext: fixed(open({}), 'securityContext').optional(),
    nodeSelector: stringMap().optional(),
    affinity: open({}).optional(),
    tolerations: atomicList(toleration, 128).optional(),
    schedulingGates: listMap(z.object({ name: text() }), 'name', 16).optional(),
    terminationGracePeriodSeconds: fixed(int64(0), 'terminationGracePeriodSeconds').optional(),
  });

const jobPatch = z.object({
  name: text().min(1),
  template: z
    .object({
      metadata: plainMetadata().optional(),
      spec: z
        .object({
          template: z
            .object({
              metadata: plainMetadata().optional(),
              spec: podSpecPatch((schema, name) => immutable(schema, `${ofPods}.${name}`)).optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

const MANAGER = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[-A-Za-z0-9/._~%!$&()*+,;=:]+$';

/** One writer's patch; writers are told apart by `manager`. */
export const runtimePatch = () =>
  z.object({
    manager: cel(text().min(1), {
      rule: `self.matches('${MANAGER}')`,
      message: 'spec.runtimePatches[*].manager must be a domain and a path, such as example.com/queue',
    }),
    time: time().optional(),
    trainingRuntimeSpec: z
      .object({
        template: z
          .object({
            metadata: plainMetadata().optional(),
            spec: z.object({ replicatedJobs: listMap(jobPatch, 'name', 100).optional() }).optional(),
          })
          .optional(),
      })
      .optional(),
  });

const targetJobs = () =>
  z
    .array(z.object({ name: text() }))
    .max(16)
    .optional();
const changeable = <S extends z.ZodType>(schema: S): S => schema;

/** Trainer 2.1's `spec.podTemplateOverrides`. */
export const podTemplateOverride = () =>
  z.object({
    manager: text().optional(),
    targetJobs: targetJobs(),
    metadata: plainMetadata().optional(),
    spec: podSpecPatch(changeable).optional(),
  });

/** Trainer 2.0's `spec.podSpecOverrides`. */
export const podSpecOverride = () => podSpecPatch(changeable).extend({ targetJobs: targetJobs() });

export type RuntimePatch = z.input<ReturnType<typeof runtimePatch>>;
export type JobPatch = z.input<typeof jobPatch>;
export type PodTemplateOverride = z.input<ReturnType<typeof podTemplateOverride>>;
export type PodSpecOverride = z.input<ReturnType<typeof podSpecOverride>>;
