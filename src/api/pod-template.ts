import * as z from 'zod';
import { atomicList, int32, int64, listMap, open, resourceList, stringMap, text } from './schema.ts';

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

const envVar = open({ name: text(), value: z.string().optional(), valueFrom: open({}).optional() });

const containerPort = open({
  name: text(63).optional(),
  containerPort: int32(),
  hostPort: int32().optional(),
  hostIP: z.string().optional(),
  protocol: z.string().optional(),
});

const volumeMount = open({
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

const toleration = z.object({
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
  nodeName: z.string().optional(),
  nodeSelector: stringMap().optional(),
  affinity: open({
    nodeAffinity: open({}).optional(),
    podAffinity: open({}).optional(),
    podAntiAffinity: open({}).optional(),
  }).optional(),
  tolerations: atomicList(toleration).optional(),
  topologySpreadConstraints: z
    .array(open({ maxSkew: int32(), topologyKey: z.string(), whenUnsatisfiable: z.string() }))
    .optional(),
  restartPolicy: z.string().optional(),
  schedulerName: z.string().optional(),
  priorityClassName: z.string().optional(),
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  terminationGracePeriodSeconds: int64().optional(),
  activeDeadlineSeconds: int64().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  hostname: z.string().optional(),
  subdomain: z.string().optional(),
  dnsPolicy: z.string().optional(),
  dnsConfig: dnsConfig.optional(),
  enableServiceLinks: z.boolean().optional(),
  runtimeClassName: z.string().optional(),
  imagePullSecrets: z.array(open({ name: z.string().optional() })).optional(),
  securityContext: open({
    fsGroup: int64().optional(),
    runAsNonRoot: z.boolean().optional(),
    runAsUser: int64().optional(),
    runAsGroup: int64().optional(),
  }).optional(),
});

/** Metadata and spec of a pod to be. */
export const podTemplate = () =>
  open({
    metadata: open({
      name: z.string().optional(),
      labels: stringMap().optional(),
      annotations: stringMap().optional(),
    }).optional(),
    spec: podSpec.optional(),
  });

export type PodTemplate = z.input<ReturnType<typeof podTemplate>>;
export type PodSpec = z.input<typeof podSpec>;
export type Container = z.input<typeof container>;
export type ContainerPort = z.input<typeof containerPort>;
export type EnvVar = z.input<typeof envVar>;
