import { type JsonObject, objectOf, objectsOf } from '../../api/json.ts';

export type Standard = 'baseline' | 'restricted';

/** Something that a Pod Security standard forbids. */
export interface Violation {
  /** The mildest standard that forbids it. */
  readonly standard: Standard;
  /** Where in the pod's spec. */
  readonly field: string;
  readonly message: string;
}

const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const RESTRICTED_VOLUMES = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' '),
);
const SAFE_PROFILES = ['RuntimeDefault', 'Localhost'];

/**
 * What Pod Security finds in a pod's spec.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityViolations(spec: JsonObject): Violation[] {
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objectsOf(spec[list]).map((container, index) => ({ container, field: `${list}[${index}]` })),
  );
  return [
    ...hostViolations(spec),
    ...volumeViolations(spec),
    ...containers.flatMap(({ container, field }) => containerViolations(container, field, spec)),
  ];
}

const baseline = (field: string, message: string): Violation => ({ standard: 'baseline', field, message });
const restricted = (field: string, message: string): Violation => ({ standard: 'restricted', field, message });

function hostViolations(spec: JsonObject): Violation[] {
  return ['hostNetwork', 'hostPID', 'hostIPC']
    .filter((field) => spec[field] === true)
    .map((field) => baseline(field, 'shares a namespace of the node: leave it out'));
}

function volumeViolations(spec: JsonObject): Violation[] {
  return objectsOf(spec.volumes).flatMap((volume, index) => {
    const field = `volumes[${index}]`;
    if (volume.hostPath !== undefined) {
      return [baseline(`${field}.hostPath`, 'reads the files of the node: use a PersistentVolumeClaim')];
    }
    return Object.keys(volume)
      .filter((key) => key !== 'name' && !RESTRICTED_VOLUMES.has(key))
      .map((key) => restricted(`${field}.${key}`, `is a kind of volume that it forbids: use a PersistentVolumeClaim`));
  });
}

function containerViolations(container: JsonObject, field: string, spec: JsonObject): Violation[] {
  const own = objectOf(container.securityContext);
  const pod = objectOf(spec.securityContext);
  const at = `${field}.securityContext`;
  const ports = objectsOf(container.ports).filter(({ hostPort }) => Number(hostPort ?? 0) !== 0);
  return [
    ...(own.privileged === true ? [baseline(`${at}.privileged`, 'gives it the node: leave it out')] : []),
    ...ports.map(() => baseline(`${field}.ports`, 'hostPort takes a port of the node: leave it out')),
    ...(own.procMount !== undefined && own.procMount !== 'Default'
      ? [baseline(`${at}.procMount`, 'must be Default')]
      : []),
    ...capabilityViolations(objectOf(own.capabilities), `${at}.capabilities`),
    ...(own.allowPrivilegeEscalation === false ? [] : [restricted(`${at}.allowPrivilegeEscalation`, 'must be false')]),
    ...userViolations(own, pod, at),
    ...profileViolations(own, pod, at),
  ];
}

function capabilityViolations(capabilities: JsonObject, at: string): Violation[] {
  const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
  const added = texts(capabilities.add);
  return [
    ...added
      .filter((name) => !BASELINE_CAPABILITIES.has(name))
      .map((name) => baseline(`${at}.add`, `${name} must not be added`)),
    ...added
      .filter((name) => BASELINE_CAPABILITIES.has(name) && name !== 'NET_BIND_SERVICE')
      .map((name) => restricted(`${at}.add`, `${name} must not be added`)),
    ...(texts(capabilities.drop).includes('ALL') ? [] : [restricted(`${at}.drop`, 'must hold ALL')]),
  ];
}

function userViolations(own: JsonObject, pod: JsonObject, at: string): Violation[] {
  const nonRoot = own.runAsNonRoot ?? pod.runAsNonRoot;
  const user = own.runAsUser ?? pod.runAsUser;
  return [
    ...(nonRoot === true ? [] : [restricted(`${at}.runAsNonRoot`, 'must be true, here or for the pod')]),
    ...(user === 0 ? [restricted(`${at}.runAsUser`, 'must not be 0')] : []),
  ];
}

function profileViolations(own: JsonObject, pod: JsonObject, at: string): Violation[] {
  const field = `${at}.seccompProfile.type`;
  const type = objectOf(own.seccompProfile ?? pod.seccompProfile).type;
  if (type === 'Unconfined') return [baseline(field, 'must not be Unconfined')];
  if (SAFE_PROFILES.includes(String(type))) return [];
  return [restricted(field, 'must be RuntimeDefault or Localhost, here or for the pod')];
}
