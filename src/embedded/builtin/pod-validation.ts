import { type JsonObject, objectsOf } from '../../api/json.ts';
import type { FieldError } from '../strategy.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../structural/field-errors.ts';
import { labelProblems } from '../structural/names.ts';
import { resourceErrors } from './container-resources.ts';
import type { PodObject } from './pod.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** A pod that is held back stands on no node yet. */
export function gateErrors({ spec = {} }: PodObject): readonly FieldError[] {
  if (objectsOf(spec.schedulingGates).length === 0 || !spec.nodeName) return [];
  return [forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')];
}

/** What kube-apiserver refuses in a pod's spec, as far as people get it wrong; the spec stands at `path`. */
export function podSpecErrors(spec: JsonObject, path = 'spec'): readonly FieldError[] {
  const volumes = new Set<string>();
  return [
    ...volumeErrors(objectsOf(spec.volumes), `${path}.volumes`, volumes),
    ...(objectsOf(spec.containers).length === 0 ? [required(`${path}.containers`)] : []),
    ...containerErrors(objectsOf(spec.containers), `${path}.containers`, volumes, new Set()),
    ...containerErrors(
      objectsOf(spec.initContainers),
      `${path}.initContainers`,
      volumes,
      new Set(objectsOf(spec.containers).map(({ name }) => String(name))),
    ),
    ...oneOf(spec.restartPolicy, RESTART_POLICIES, `${path}.restartPolicy`),
    ...nameErrors(spec.hostname, `${path}.hostname`),
    ...nameErrors(spec.subdomain, `${path}.subdomain`),
    ...positive(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`),
  ];
}

function nameErrors(value: unknown, path: string): readonly FieldError[] {
  if (value === undefined || value === '') return [];
  return labelProblems(String(value)).map((problem) => invalid(path, value, problem));
}

function positive(value: unknown, path: string): readonly FieldError[] {
  if (value === undefined || (Number(value) >= 1 && Number(value) <= 2 ** 31 - 1)) return [];
  return [invalid(path, value, `must be between 1 and ${2 ** 31 - 1}, inclusive`)];
}

function oneOf(value: unknown, allowed: readonly string[], path: string): readonly FieldError[] {
  if (value === undefined) return [required(path)];
  return allowed.includes(String(value)) ? [] : [notSupported(path, value, allowed)];
}

function volumeErrors(volumes: readonly JsonObject[], field: string, names: Set<string>): readonly FieldError[] {
  return volumes.flatMap((volume, index) => {
    const path = `${field}[${index}].name`;
    const name = String(volume.name ?? '');
    if (name === '') return [required(path)];
    const problems = labelProblems(name).map((problem) => invalid(path, name, problem));
    if (names.has(name)) problems.push(duplicate(path, name));
    names.add(name);
    return problems;
  });
}

function containerErrors(
  containers: readonly JsonObject[],
  path: string,
  volumes: ReadonlySet<string>,
  names: Set<string>,
): readonly FieldError[] {
  return containers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const name = String(container.name ?? '');
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${at}.name`));
    else errors.push(...labelProblems(name).map((problem) => invalid(`${at}.name`, name, problem)));
    if (name !== '' && names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    const image = String(container.image ?? '');
    if (image === '') errors.push(required(`${at}.image`));
    else if (image.trim() !== image)
      errors.push(invalid(`${at}.image`, image, 'must not have leading or trailing whitespace'));
    errors.push(...oneOf(container.imagePullPolicy, PULL_POLICIES, `${at}.imagePullPolicy`));
    errors.push(...resourceErrors((container.resources ?? {}) as object, `${at}.resources`));
    errors.push(...portErrors(objectsOf(container.ports), `${at}.ports`));
    errors.push(...mountErrors(objectsOf(container.volumeMounts), `${at}.volumeMounts`, volumes));
    return errors;
  });
}

function portErrors(ports: readonly JsonObject[], path: string): readonly FieldError[] {
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const number = port.containerPort;
    const errors: FieldError[] = [];
    if (number === undefined || number === 0) errors.push(required(`${at}.containerPort`));
    else if (Number(number) < 1 || Number(number) > 65_535) {
      errors.push(invalid(`${at}.containerPort`, number, 'must be between 1 and 65535, inclusive'));
    }
    errors.push(...oneOf(port.protocol, PROTOCOLS, `${at}.protocol`));
    return errors;
  });
}

function mountErrors(mounts: readonly JsonObject[], path: string, volumes: ReadonlySet<string>): readonly FieldError[] {
  const seen = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const at = `${path}[${index}]`;
    const name = String(mount.name ?? '');
    const mountPath = String(mount.mountPath ?? '');
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${at}.name`));
    else if (!volumes.has(name)) {
      errors.push({ field: `${at}.name`, reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(name)}` });
    }
    if (mountPath === '') errors.push(required(`${at}.mountPath`));
    else if (seen.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
    seen.add(mountPath);
    return errors;
  });
}
