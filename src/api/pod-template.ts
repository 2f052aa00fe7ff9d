import * as z from 'zod';
import {
  atomicList,
  frozen,
  int32,
  int64,
  listMap,
  oneOf,
  open,
  resourceList,
  stored,
  stringMap,
  text,
} from './schema.ts';

/**
 * The skeleton of a pod template: the fields people write are typed, so that a wrong type is refused at once; the rest is
 * kept as it is and judged by the apiserver when the pod is made. Upstream spells out all of it, at 600 KB for each kind.
 */

const probe = open({
  failureThreshold: int32().optional(),
  initialDelaySeconds: int32().optional(),
  periodSeconds: int32().optional(),
  successThreshold: int32().optional(),
  timeoutSeconds: int32().optional(),
});

export const envVar = open({ name: text(), value: z.string().optional(), valueFrom: open({}).optional() });

const containerPort = open({
  name: text(63).optional(),
  containerPort: int32(),
  hostPort: int32().optional(),
  hostIP: z.string().optional(),
  protocol: z.string().optional(),
});

export const volumeMount = open({
  name: text(),
  mountPath: z.string(),
  subPath: z.string().optional(),
  subPathExpr: z.string().optional(),
  readOnly: z.boolean().optional(),
});

const container = open({
  name: text(63),
  image: text(1024).optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  imagePullPolicy: z.string().optional(),
  env: z.array(envVar).optional(),
  envFrom: z.array(open({ prefix: z.string().optional() })).optional(),
  ports: z.array(containerPort).optional(),
  resources: open({ limits: resourceList().optional(), requests: resourceList().optional() }).optional(),
  volumeMounts: z.array(volumeMount).optional(),
  restartPolicy: z.string().optional(),
  securityContext: open({
    privileged: z.boolean().optional(),
    runAsNonRoot: z.boolean().optional(),
    runAsUser: int64().optional(),
    runAsGroup: int64().optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    allowPrivilegeEscalation: z.boolean().optional(),
  }).optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
  stdin: z.boolean().optional(),
  tty: z.boolean().optional(),
});

export const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: int64().optional(),
});

const dnsConfig = open({
  nameservers: z.array(z.string()).optional(),
  searches: z.array(z.string()).optional(),
  options: z.array(open({ name: z.string().optional(), value: z.string().optional() })).optional(),
});

const podSpec = open({
  containers: listMap(container, 'name', 64),
  initContainers: listMap(container, 'name', 64).optional(),
  volumes: listMap(open({ name: text(63) }), 'name').optional(),
  nodeName: text().optional(),
  nodeSelector: stringMap().meta({ maxProperties: 64 }).optional(),
  affinity: open({
    nodeAffinity: open({}).optional(),
    podAffinity: open({}).optional(),
    podAntiAffinity: open({}).optional(),
  }).optional(),
  tolerations: atomicList(toleration).optional(),
  schedulingGates: listMap(z.object({ name: text() }), 'name', 64).optional(),
  topologySpreadConstraints: z
    .array(open({ maxSkew: int32(), topologyKey: z.string(), whenUnsatisfiable: z.string() }))
    .max(64)
    .optional(),
  restartPolicy: text(16).optional(),
  schedulerName: text().optional(),
  priorityClassName: text().optional(),
  serviceAccountName: text().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  terminationGracePeriodSeconds: int64().optional(),
  activeDeadlineSeconds: int64().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  hostname: text().optional(),
  subdomain: text().optional(),
  dnsPolicy: text().optional(),
  dnsConfig: dnsConfig.optional(),
  enableServiceLinks: z.boolean().optional(),
  runtimeClassName: text().optional(),
  imagePullSecrets: z
    .array(open({ name: z.string().optional() }))
    .max(64)
    .optional(),
  securityContext: open({
    fsGroup: int64().optional(),
    runAsNonRoot: z.boolean().optional(),
    runAsUser: int64().optional(),
    runAsGroup: int64().optional(),
  }).optional(),
});

/** What a queue sets on the pods of a suspended job before it starts. */
const SCHEDULING_FIELDS = ['nodeSelector', 'tolerations', 'schedulingGates'];

export interface PodTemplateOptions {
  /** What the apiserver stores where none is given; only these can be given then. @default - any, and none is stored */
  readonly restartPolicies?: readonly [string, ...string[]];
  /** Where the template stands, when only its metadata and scheduling fields may change. @default - all may */
  readonly frozen?: string;
}

/** What a template may say of the metadata of the object to be. */
export const templateMetadata = () =>
  open({ name: z.string().optional(), labels: stringMap().optional(), annotations: stringMap().optional() });

/** Metadata and spec of a pod to be. */
export const podTemplate = (options: PodTemplateOptions = {}) =>
  open({
    metadata: templateMetadata().optional(),
    spec: podSpecWith(options).optional(),
  });

function podSpecWith({ restartPolicies, frozen: path }: PodTemplateOptions): typeof podSpec {
  const restartPolicy = restartPolicies
    ? stored(oneOf(text(16), 'restartPolicy of the pods of a Job', restartPolicies), restartPolicies[0])
    : podSpec.shape.restartPolicy;
  const spec = restartPolicies ? open({ ...podSpec.shape, restartPolicy }) : podSpec;
  const fixed = Object.keys(podSpec.shape).filter((field) => !SCHEDULING_FIELDS.includes(field));
  return (path ? frozen(spec, `${path}.spec`, fixed) : spec) as typeof podSpec;
}

export type PodTemplate = z.input<ReturnType<typeof podTemplate>>;
export type PodSpec = z.input<typeof podSpec>;
export type Container = z.input<typeof container>;
export type ContainerPort = z.input<typeof containerPort>;
export type EnvVar = z.input<typeof envVar>;
