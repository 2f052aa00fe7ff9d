import type { KubeObject } from '../../../src/api/kube.ts';

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
