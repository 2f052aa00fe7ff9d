import { mapValues } from './values.ts';

/** Pods as clients write them: any field may be missing. */
type Fields = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const fields = (value: unknown): Fields => (value ?? {}) as Fields;

/** `defaults` first, `given` over them; what is given as null counts as absent. */
function over(defaults: Fields, given: Fields): Fields {
  const result: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) if (value !== undefined && value !== null) result[key] = value;
  return result;
}

/** The spec of a pod with kube-apiserver's defaults filled in. */
export function defaultPodSpec(given: Fields): Fields {
  const spec = defaultTemplateSpec(given);
  const ofPods = (container: Fields) => ofPod(container, spec.hostNetwork === true);
  return {
    ...over({ enableServiceLinks: true }, spec),
    containers: list(spec.containers).map(ofPods),
    ...(spec.initContainers !== undefined && { initContainers: list(spec.initContainers).map(ofPods) }),
  };
}

/** The same for the spec of a pod that is still to be made: some defaults are left to the pod. */
export function defaultTemplateSpec(given: Fields): Fields {
  const spec = over(
    {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
    },
    given,
  );
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  return {
    ...spec,
    ...(account !== undefined && { serviceAccountName: account, serviceAccount: account }),
    containers: list(spec.containers).map(defaultContainer),
    ...(spec.initContainers !== undefined && { initContainers: list(spec.initContainers).map(defaultContainer) }),
    ...(spec.volumes !== undefined && { volumes: list(spec.volumes).map(defaultVolume) }),
  };
}

/** A pod asks for what limits it, and on the node's network its ports are the node's. */
function ofPod(container: Fields, hostNetwork: boolean): Fields {
  const { ports, resources } = container;
  return {
    ...container,
    resources: defaultResources(fields(resources)),
    ...(hostNetwork &&
      ports !== undefined && { ports: list(ports).map((port) => over({ hostPort: port.containerPort }, port)) }),
  };
}

function defaultContainer(given: Fields): Fields {
  const container = over(
    {
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: pullPolicy(String(given.image ?? '')),
      resources: {},
    },
    given,
  );
  const { ports, env } = container;
  return {
    ...container,
    ...(ports !== undefined && { ports: list(ports).map((port) => over({ protocol: 'TCP' }, port)) }),
    ...(env !== undefined && { env: list(env).map(defaultEnv) }),
    ...probes(container),
    ...(container.lifecycle !== undefined && { lifecycle: mapValues(fields(container.lifecycle), defaultHandler) }),
  };
}

/** `latest`, said or meant, may change: it is looked for each time. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultResources(given: Fields): Fields {
  if (given.limits === undefined) return given;
  return { ...given, requests: { ...fields(given.limits), ...fields(given.requests) } };
}

function defaultEnv(given: Fields): Fields {
  const source = fields(given.valueFrom);
  if (source.fieldRef !== undefined) {
    return { ...given, valueFrom: { ...source, fieldRef: over({ apiVersion: 'v1' }, fields(source.fieldRef)) } };
  }
  if (source.resourceFieldRef === undefined) return given;
  return {
    ...given,
    valueFrom: { ...source, resourceFieldRef: over({ divisor: '0' }, fields(source.resourceFieldRef)) },
  };
}

function probes(container: Fields): Fields {
  const result: Record<string, unknown> = {};
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container[name] !== undefined) result[name] = defaultProbe(fields(container[name]));
  }
  return result;
}

const defaultProbe = (given: Fields): Fields =>
  defaultHandler(over({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }, given));

function defaultHandler(given: unknown): Fields {
  const handler = fields(given);
  if (handler.httpGet !== undefined) {
    return { ...handler, httpGet: over({ path: '/', scheme: 'HTTP' }, fields(handler.httpGet)) };
  }
  if (handler.grpc !== undefined) return { ...handler, grpc: over({ service: '' }, fields(handler.grpc)) };
  return handler;
}

const FILE_MODE = 0o644;

function defaultVolume(given: Fields): Fields {
  const { name: _, ...sources } = given;
  if (Object.keys(sources).length === 0) return { ...given, emptyDir: {} };
  return mapValues(given, (source, kind) => {
    if (kind === 'secret' || kind === 'configMap' || kind === 'downwardAPI') {
      const withMode = over({ defaultMode: FILE_MODE }, fields(source));
      return kind === 'downwardAPI' ? { ...withMode, items: list(withMode.items).map(defaultDownwardItem) } : withMode;
    }
    if (kind === 'projected') return defaultProjected(fields(source));
    if (kind === 'hostPath') return over({ type: '' }, fields(source));
    return source;
  });
}

function defaultProjected(given: Fields): Fields {
  return {
    ...over({ defaultMode: FILE_MODE }, given),
    sources: list(given.sources).map((source) => ({
      ...source,
      ...(source.serviceAccountToken !== undefined && {
        serviceAccountToken: over({ expirationSeconds: 3600 }, fields(source.serviceAccountToken)),
      }),
      ...(source.downwardAPI !== undefined && {
        downwardAPI: {
          ...fields(source.downwardAPI),
          items: list(fields(source.downwardAPI).items).map(defaultDownwardItem),
        },
      }),
    })),
  };
}

function defaultDownwardItem(given: Fields): Fields {
  if (given.fieldRef !== undefined) return { ...given, fieldRef: over({ apiVersion: 'v1' }, fields(given.fieldRef)) };
  return { ...given, resourceFieldRef: over({ divisor: '0' }, fields(given.resourceFieldRef)) };
}
