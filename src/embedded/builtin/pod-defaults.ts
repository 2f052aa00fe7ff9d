import { type JsonObject, objectOf, objectsOf } from '../../api/json.ts';
import { mapValues } from './values.ts';

/** Pods as clients write them: any field may be missing. */

/** `defaults` first, `given` over them; what is given as null counts as absent. */
function over(defaults: JsonObject, given: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) if (value !== undefined && value !== null) result[key] = value;
  return result;
}

/** The spec of a pod with kube-apiserver's defaults filled in. */
export function defaultPodSpec(given: JsonObject): JsonObject {
  const spec = defaultTemplateSpec(given);
  const ofPods = (container: JsonObject) => ofPod(container, spec.hostNetwork === true);
  return {
    ...over({ enableServiceLinks: true }, spec),
    containers: objectsOf(spec.containers).map(ofPods),
    ...(spec.initContainers !== undefined && { initContainers: objectsOf(spec.initContainers).map(ofPods) }),
  };
}

/** The same for the spec of a pod that is still to be made: some defaults are left to the pod. */
export function defaultTemplateSpec(given: JsonObject): JsonObject {
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
    containers: objectsOf(spec.containers).map(defaultContainer),
    ...(spec.initContainers !== undefined && { initContainers: objectsOf(spec.initContainers).map(defaultContainer) }),
    ...(spec.volumes !== undefined && { volumes: objectsOf(spec.volumes).map(defaultVolume) }),
  };
}

/** A pod asks for what limits it, and on the node's network its ports are the node's. */
function ofPod(container: JsonObject, hostNetwork: boolean): JsonObject {
  const { ports, resources } = container;
  return {
    ...container,
    resources: defaultResources(objectOf(resources)),
    ...(hostNetwork &&
      ports !== undefined && { ports: objectsOf(ports).map((port) => over({ hostPort: port.containerPort }, port)) }),
  };
}

function defaultContainer(given: JsonObject): JsonObject {
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
    ...(ports !== undefined && { ports: objectsOf(ports).map((port) => over({ protocol: 'TCP' }, port)) }),
    ...(env !== undefined && { env: objectsOf(env).map(defaultEnv) }),
    ...probes(container),
    ...(container.lifecycle !== undefined && { lifecycle: mapValues(objectOf(container.lifecycle), defaultHandler) }),
  };
}

/** `latest`, said or meant, may change: it is looked for each time. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultResources(given: JsonObject): JsonObject {
  if (given.limits === undefined) return given;
  return { ...given, requests: { ...objectOf(given.limits), ...objectOf(given.requests) } };
}

function defaultEnv(given: JsonObject): JsonObject {
  const source = objectOf(given.valueFrom);
  if (source.fieldRef !== undefined) {
    return { ...given, valueFrom: { ...source, fieldRef: over({ apiVersion: 'v1' }, objectOf(source.fieldRef)) } };
  }
  if (source.resourceFieldRef === undefined) return given;
  return {
    ...given,
    valueFrom: { ...source, resourceFieldRef: over({ divisor: '0' }, objectOf(source.resourceFieldRef)) },
  };
}

function probes(container: JsonObject): JsonObject {
  const result: Record<string, unknown> = {};
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container[name] !== undefined) result[name] = defaultProbe(objectOf(container[name]));
  }
  return result;
}

const defaultProbe = (given: JsonObject): JsonObject =>
  defaultHandler(over({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }, given));

function defaultHandler(given: unknown): JsonObject {
  const handler = objectOf(given);
  if (handler.httpGet !== undefined) {
    return { ...handler, httpGet: over({ path: '/', scheme: 'HTTP' }, objectOf(handler.httpGet)) };
  }
  if (handler.grpc !== undefined) return { ...handler, grpc: over({ service: '' }, objectOf(handler.grpc)) };
  return handler;
}

const FILE_MODE = 0o644;

function defaultVolume(given: JsonObject): JsonObject {
  const { name: _, ...sources } = given;
  if (Object.keys(sources).length === 0) return { ...given, emptyDir: {} };
  return mapValues(given, (source, kind) => {
    if (kind === 'secret' || kind === 'configMap' || kind === 'downwardAPI') {
      const withMode = over({ defaultMode: FILE_MODE }, objectOf(source));
      return kind === 'downwardAPI'
        ? { ...withMode, items: objectsOf(withMode.items).map(defaultDownwardItem) }
        : withMode;
    }
    if (kind === 'projected') return defaultProjected(objectOf(source));
    if (kind === 'hostPath') return over({ type: '' }, objectOf(source));
    return source;
  });
}

function defaultProjected(given: JsonObject): JsonObject {
  return {
    ...over({ defaultMode: FILE_MODE }, given),
    sources: objectsOf(given.sources).map((source) => ({
      ...source,
      ...(source.serviceAccountToken !== undefined && {
        serviceAccountToken: over({ expirationSeconds: 3600 }, objectOf(source.serviceAccountToken)),
      }),
      ...(source.downwardAPI !== undefined && {
        downwardAPI: {
          ...objectOf(source.downwardAPI),
          items: objectsOf(objectOf(source.downwardAPI).items).map(defaultDownwardItem),
        },
      }),
    })),
  };
}

function defaultDownwardItem(given: JsonObject): JsonObject {
  if (given.fieldRef !== undefined) return { ...given, fieldRef: over({ apiVersion: 'v1' }, objectOf(given.fieldRef)) };
  return { ...given, resourceFieldRef: over({ divisor: '0' }, objectOf(given.resourceFieldRef)) };
}
