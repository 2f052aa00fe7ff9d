import { type JsonObject, objectsOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { deepEqual } from '../../runtime/json.ts';
import type { FieldError, Strategy, StrategyContext } from '../strategy.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../structural/field-errors.ts';
import { labelProblems, labelValueProblems, qualifiedNameProblems, subdomainProblems } from '../structural/names.ts';

const HEADLESS = 'None';
const ADDRESSES = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];
const specOf = (object: KubeObject): JsonObject => (object.spec ?? {}) as JsonObject;

/** Services; addresses come from 10.96.0.0/12 as a matter of form, since names resolve by other means here. */
export const serviceStrategy: Strategy = {
  validateName: (name) => labelProblems(name).map((problem) => problem.replace(/ bytes$/, ' characters')),
  decode: (object) => ({ object: { ...object, spec: defaulted(specOf(object)) }, unknown: [] }),
  prepareForCreate: (object, context) => ({
    ...object,
    spec: allocated(specOf(object), context),
    status: { loadBalancer: {} },
  }),
  prepareForUpdate: (next, previous, context) => ({
    ...next,
    spec: kept(specOf(next), specOf(previous), context),
    status: previous.status,
  }),
  validate: (next, previous, earlier) => {
    const unallocated = allocationErrors(specOf(next));
    if (unallocated.length > 0) return unallocated;
    return [...earlier, ...serviceErrors(specOf(next)), ...(previous ? updateErrors(next, previous) : [])];
  },
};

function defaulted({ clusterIP, ...others }: JsonObject): JsonObject {
  const given: JsonObject = clusterIP ? { clusterIP, ...others } : others;
  const external = given.type === 'ExternalName';
  return {
    sessionAffinity: 'None',
    type: 'ClusterIP',
    ...(given.sessionAffinity === 'ClientIP' && { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }),
    ...(external ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...given,
    ...(given.ports !== undefined && {
      ports: objectsOf(given.ports).map((port) => ({ protocol: 'TCP', targetPort: port.port, ...port })),
    }),
  };
}

function allocated(given: JsonObject, context: StrategyContext): JsonObject {
  const spec = withAddresses(given, {});
  if (spec.type === 'ExternalName') return spec;
  const clusterIP = (spec.clusterIP as string | undefined) || drawAddress(context);
  const families = isOpen({ ...spec, clusterIP })
    ? { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }
    : { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  return { ...families, ...spec, clusterIP, clusterIPs: [clusterIP] };
}

/** A headless Service without a selector may name every family; no other may name one that is not there. */
function allocationErrors(spec: JsonObject): readonly FieldError[] {
  if (spec.type === 'ExternalName' || isOpen(spec)) return [];
  const families = Array.isArray(spec.ipFamilies) ? spec.ipFamilies : [];
  const unknown = families.flatMap((family, index) =>
    family === 'IPv4' ? [] : [invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')],
  );
  if (spec.ipFamilyPolicy !== 'RequireDualStack') return unknown;
  return [
    ...unknown,
    invalid('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services'),
  ];
}

const isOpen = ({ clusterIP, selector }: JsonObject): boolean =>
  clusterIP === HEADLESS && Object.keys((selector ?? {}) as object).length === 0;

/** A Service's address is told twice; the second follows the first where only that was changed. */
function withAddresses(next: JsonObject, previous: JsonObject): JsonObject {
  const { clusterIP = '', ...rest } = next;
  const spec = clusterIP === '' ? rest : next;
  if (clusterIP === (previous.clusterIP ?? '')) return spec;
  const followed = next.clusterIPs === undefined || deepEqual(next.clusterIPs, previous.clusterIPs);
  if (!followed) return spec;
  const { clusterIPs: _, ...single } = spec;
  return clusterIP === '' ? single : { ...single, clusterIPs: [clusterIP] };
}

const drawAddress = ({ random }: StrategyContext): string =>
  `10.${96 + Math.floor(random() * 16)}.${Math.floor(random() * 256)}.${1 + Math.floor(random() * 254)}`;

/** What a client leaves out of an update stays as it is. */
function kept(next: JsonObject, previous: JsonObject, context: StrategyContext): JsonObject {
  const result = withAddresses(next, previous);
  if (next.type === 'ExternalName') {
    if (previous.type === 'ExternalName') return result;
    const released = Object.fromEntries(
      Object.entries(result).filter(
        ([field, value]) =>
          ![...ADDRESSES, 'internalTrafficPolicy'].includes(field) || !deepEqual(value, previous[field]),
      ),
    );
    return released;
  }
  if (previous.type === 'ExternalName') return allocated(result, context);
  const from = Object.fromEntries(
    ADDRESSES.map((field) => [field, previous[field]]).filter(([, value]) => value !== undefined),
  );
  return { ...from, ...result };
}

function updateErrors(next: KubeObject, previous: KubeObject): readonly FieldError[] {
  const [before, after] = [specOf(previous).clusterIP, specOf(next).clusterIP];
  if (specOf(next).type === 'ExternalName' || before === undefined || before === after) return [];
  return [invalid('spec.clusterIPs[0]', [after], 'may not change once set')];
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const TRAFFIC = ['Cluster', 'Local'];

function serviceErrors(spec: JsonObject): readonly FieldError[] {
  const ports = objectsOf(spec.ports);
  const { type, sessionAffinity, internalTrafficPolicy } = spec;
  const external = type === 'ExternalName';
  const errors: FieldError[] = [];
  if (ports.length === 0 && spec.clusterIP !== HEADLESS && !external) errors.push(required('spec.ports'));
  if (external) errors.push(...externalNameErrors(spec));
  const names = new Set<string>();
  errors.push(...ports.flatMap((port, index) => portErrors(port, ports.length > 1, names, `spec.ports[${index}]`)));
  errors.push(...labelErrors((spec.selector ?? {}) as Readonly<Record<string, string>>));
  if (!AFFINITIES.includes(String(sessionAffinity))) {
    errors.push(notSupported('spec.sessionAffinity', sessionAffinity, AFFINITIES));
  }
  if (!TYPES.includes(String(type))) errors.push(notSupported('spec.type', type, TYPES));
  errors.push(...repeatedPorts(ports));
  if (internalTrafficPolicy !== undefined && !TRAFFIC.includes(String(internalTrafficPolicy))) {
    errors.push(notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, TRAFFIC));
  }
  return errors;
}

function externalNameErrors(spec: JsonObject): readonly FieldError[] {
  const fixed = ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].filter((field) => spec[field] !== undefined);
  const name = String(spec.externalName ?? '').replace(/\.$/, '');
  return [
    ...fixed.map((field) => forbidden(`spec.${field}`, 'may not be set for ExternalName services')),
    ...(name === ''
      ? [required('spec.externalName')]
      : subdomainProblems(name).map((problem) => invalid('spec.externalName', name, problem))),
  ];
}

function portErrors(port: JsonObject, named: boolean, seen: Set<string>, at: string): readonly FieldError[] {
  const name = String(port.name ?? '');
  const errors: FieldError[] = [];
  if (name === '' && named) errors.push(required(`${at}.name`));
  if (name !== '') {
    errors.push(...labelProblems(name).map((problem) => invalid(`${at}.name`, name, problem)));
    if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    seen.add(name);
  }
  errors.push(...portNumberErrors(port.port ?? 0, `${at}.port`));
  const { protocol } = port;
  if (!PROTOCOLS.includes(String(protocol))) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
  if (typeof port.targetPort === 'number') errors.push(...portNumberErrors(port.targetPort, `${at}.targetPort`));
  return errors;
}

function portNumberErrors(port: unknown, at: string): readonly FieldError[] {
  const fits = typeof port === 'number' && port >= 1 && port <= 65_535;
  return fits ? [] : [invalid(at, port, 'must be between 1 and 65535, inclusive')];
}

function labelErrors(labels: Readonly<Record<string, string>>): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalid('spec.selector', key, problem)),
    ...labelValueProblems(value).map((problem) => invalid('spec.selector', value, problem)),
  ]);
}

function repeatedPorts(ports: readonly JsonObject[]): readonly FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ protocol, port }, index) => {
    const key = `${protocol} ${port}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const shown = { name: '', protocol, port, targetPort: 0 };
    return [duplicate(`spec.ports[${index}]`, shown)];
  });
}
