import type { KubeObject } from '../../api/kube.ts';
import type { FieldError, Strategy, StrategyContext } from '../strategy.ts';
import { duplicate, invalid, required } from '../structural/field-errors.ts';
import { dns1035Problems } from '../structural/names.ts';

type Fields = Readonly<Record<string, unknown>>;

const HEADLESS = 'None';
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const specOf = (object: KubeObject): Fields => (object.spec ?? {}) as Fields;

/** Services; addresses come from 10.96.0.0/12 as a matter of form, since names resolve by other means here. */
export const serviceStrategy: Strategy = {
  validateName: dns1035Problems,
  decode: (object) => ({ object: { ...object, spec: defaulted(specOf(object)) }, unknown: [] }),
  prepareForCreate: (object, context) => ({
    ...object,
    spec: allocated(specOf(object), context),
    status: { loadBalancer: {} },
  }),
  prepareForUpdate: (next, previous) => ({
    ...next,
    spec: kept(specOf(next), specOf(previous)),
    status: previous.status,
  }),
  validate: (next, previous, earlier) => [
    ...earlier,
    ...serviceErrors(specOf(next)),
    ...(previous ? updateErrors(next, previous) : []),
  ],
};

function defaulted(given: Fields): Fields {
  const external = given.type === 'ExternalName';
  return {
    sessionAffinity: 'None',
    type: 'ClusterIP',
    ...(external ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...given,
    ...(given.ports !== undefined && {
      ports: list(given.ports).map((port) => ({ protocol: 'TCP', targetPort: port.port, ...port })),
    }),
  };
}

function allocated(spec: Fields, context: StrategyContext): Fields {
  if (spec.type === 'ExternalName') return spec;
  const clusterIP = (spec.clusterIP as string | undefined) || drawAddress(context);
  const families = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  return { ...families, ...spec, clusterIP, clusterIPs: [clusterIP] };
}

const drawAddress = ({ random }: StrategyContext): string =>
  `10.${96 + Math.floor(random() * 16)}.${Math.floor(random() * 256)}.${1 + Math.floor(random() * 254)}`;

/** What a client leaves out of an update stays as it is. */
function kept(next: Fields, previous: Fields): Fields {
  const result: Record<string, unknown> = { ...next };
  for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
    if (next.type !== 'ExternalName' && next[name] === undefined && previous[name] !== undefined)
      result[name] = previous[name];
  }
  return result;
}

function updateErrors(next: KubeObject, previous: KubeObject): readonly FieldError[] {
  const [before, after] = [specOf(previous).clusterIP, specOf(next).clusterIP];
  if (specOf(next).type === 'ExternalName' || before === undefined || before === after) return [];
  return [invalid('spec.clusterIPs[0]', [after], 'may not change once set')];
}

function serviceErrors(spec: Fields): readonly FieldError[] {
  const ports = list(spec.ports);
  const headless = spec.clusterIP === HEADLESS;
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') return [required('spec.ports')];
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const errors: FieldError[] = [];
    const name = String(port.name ?? '');
    if (name === '' && ports.length > 1) errors.push(required(`${at}.name`));
    if (name !== '' && seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    seen.add(name);
    if (typeof port.port !== 'number' || port.port < 1 || port.port > 65_535) {
      errors.push(invalid(`${at}.port`, port.port, 'must be between 1 and 65535, inclusive'));
    }
    return errors;
  });
}
