import type { KubeObject } from '../../../src/api/kube.ts';
import type { OpenApiSchema } from '../../../src/embedded/patch/index.ts';

type Content = Readonly<Record<string, unknown>>;
const list = (value: unknown): readonly Content[] | undefined =>
  Array.isArray(value) ? (value as readonly Content[]) : undefined;
const mapped = (key: string, value: unknown, change: (item: Content) => Content): Content => {
  const items = list(value);
  return items ? { [key]: items.map(change) } : {};
};

/** The defaults of the few fields of a Service that the random sequences use. */
export function withServiceDefaults(object: KubeObject): KubeObject {
  const spec = (object.spec ?? {}) as Content;
  const ports = mapped('ports', spec.ports, (port) => ({ protocol: 'TCP', targetPort: port.port, ...port }));
  const internalTrafficPolicy = 'Cluster';
  return { ...object, spec: { sessionAffinity: 'None', type: 'ClusterIP', internalTrafficPolicy, ...spec, ...ports } };
}

const CONTAINER_DEFAULTS = {
  imagePullPolicy: 'Always',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

/** The defaults of the few fields of a pod template that the random sequences use. */
export function withPodDefaults(object: KubeObject): KubeObject {
  const { template } = object as unknown as { template?: Content };
  const spec = (template?.spec ?? {}) as Content;
  const containers = mapped('containers', spec.containers, (container) => ({
    ...CONTAINER_DEFAULTS,
    ...container,
    ...mapped('ports', container.ports, (port) => ({ protocol: 'TCP', ...port })),
    resources: container.resources ?? {},
  }));
  return {
    ...object,
    template: {
      metadata: {},
      ...template,
      spec: {
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
        ...spec,
        ...containers,
      },
    },
  } as unknown as KubeObject;
}

/** A custom resource without the nulls and the fields that its schema has no place for. */
export function decoded(schema: OpenApiSchema | undefined, value: unknown, root = true): unknown {
  if (Array.isArray(value)) return value.map((item) => decoded(schema?.items, item, false));
  if (typeof value !== 'object' || value === null || !schema) return value;
  const { properties, additionalProperties } = schema;
  const rest = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const keepsAll = root || !properties || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const below = properties?.[key] ?? rest;
    if (!below) return keepsAll ? [[key, inner] as const] : [];
    return inner === null ? [] : [[key, decoded(below, inner, false)] as const];
  });
  return Object.fromEntries(entries);
}
