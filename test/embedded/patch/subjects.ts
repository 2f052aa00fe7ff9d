import fc from 'fast-check';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import { asTyped, builtinMergeSchema, type MergeSchema, mergeSchemaOf } from '../../../src/embedded/patch/index.ts';
import { decoded, withPodDefaults, withServiceDefaults } from './defaults.ts';
import { WIDGET, WIDGET_SCHEMA } from './widget.ts';

type Content = Record<string, unknown>;

/** A kind that random sequences of writes are played on. */
export interface Subject {
  readonly kind: Kind;
  readonly schema: MergeSchema;
  readonly custom: boolean;
  readonly subresources: readonly string[];
  /** Some content of an object, without its identity. */
  readonly content: fc.Arbitrary<Content>;
  /** Content that a strategic merge patch may hold. */
  readonly strategic: fc.Arbitrary<Content>;
  /** Operations of JSON patches. */
  readonly operations: fc.Arbitrary<readonly Content[]>;
  /** What the server does to what a client sends, before it looks at it. */
  readonly decode?: (object: KubeObject) => KubeObject;
  /** What the server makes of an object when it reads it. */
  complete(object: KubeObject): KubeObject;
  /** What every object of the kind must have, to be valid. */
  readonly required: Content;
  /** Every apply states what is required, not only the one that creates. */
  readonly appliesRequired?: boolean;
  /** Fields of the spec that the server allots. */
  readonly allotted: readonly string[];
}

/** An object of some of the given fields. */
export const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Content> =>
  fc.record(fields, { requiredKeys: [] });

const word = fc.constantFrom('a', 'b', 'c');
const number = fc.integer({ min: 0, max: 3 });
const words = fc.dictionary(word, word, { maxKeys: 3 });
const uniqueBy = (item: fc.Arbitrary<Content>, ...keys: string[]) =>
  fc.uniqueArray(item, { maxLength: 3, selector: (value) => keys.map((key) => value[key] ?? 'TCP').join() });
const metadata = some({ labels: words, annotations: words });
const finalizers = fc.uniqueArray(fc.constantFrom('x.dev/a', 'x.dev/b', 'x.dev/c'), { maxLength: 2 });

function operationsOn(paths: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly Content[]> {
  const path = fc.constantFrom(...paths);
  const operation = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path, value }),
    fc.record({ op: fc.constant('remove'), path }),
    fc.record({ op: fc.constantFrom('move', 'copy'), from: path, path }),
  );
  return fc.array(operation, { minLength: 1, maxLength: 2 }) as fc.Arbitrary<readonly Content[]>;
}

const builtin = (kind: Kind): MergeSchema => builtinMergeSchema(kind.group ? `${kind.group}/v1` : 'v1', kind.kind)!;
const coreKind = (kind: string, plural: string): Kind => ({ group: '', version: 'v1', kind, plural, namespaced: true });

const CONFIG_MAP = coreKind('ConfigMap', 'configmaps');
const configMapSchema = builtin(CONFIG_MAP);

const configMaps: Subject = {
  kind: CONFIG_MAP,
  schema: configMapSchema,
  custom: false,
  subresources: [],
  content: some({ data: words, metadata }),
  strategic: some({
    data: fc.dictionary(word, fc.option(word), { maxKeys: 3 }),
    metadata: fc.oneof(
      some({ labels: words, finalizers }),
      some({ '$deleteFromPrimitiveList/finalizers': finalizers }),
    ),
  }),
  operations: operationsOn(['/data/a', '/data/b', '/metadata/labels/a', '/metadata/labels', '/data'], word),
  complete: (object) => asTyped(configMapSchema, object),
  required: {},
  allotted: [],
};

const SERVICE = coreKind('Service', 'services');
const serviceSchema = builtin(SERVICE);
const port = fc
  .record(
    {
      port: fc.constantFrom(80, 81, 443),
      protocol: fc.constantFrom('TCP', 'UDP'),
      targetPort: fc.constantFrom(80, 'http'),
    },
    { requiredKeys: ['port'] },
  )
  .map((value) => ({ ...value, name: `p${value.port}-${(value.protocol ?? 'TCP').toLowerCase()}` }));

const services: Subject = {
  kind: SERVICE,
  schema: serviceSchema,
  custom: false,
  subresources: [],
  content: some({
    metadata,
    spec: some({
      ports: uniqueBy(port, 'port', 'protocol'),
      selector: words,
      publishNotReadyAddresses: fc.constant(true),
    }),
  }),
  strategic: some({
    metadata: some({ labels: words }),
    spec: some({
      selector: fc.dictionary(word, fc.option(word), { maxKeys: 3 }),
      ports: uniqueBy(port, 'port'),
    }),
  }),
  operations: operationsOn(['/spec/selector', '/spec/selector/a', '/metadata/annotations/a'], word),
  complete: (object) => withServiceDefaults(asTyped(serviceSchema, object)),
  required: { spec: { clusterIP: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } },
  appliesRequired: true,
  allotted: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'],
};

const POD_TEMPLATE = coreKind('PodTemplate', 'podtemplates');
const templateSchema = builtin(POD_TEMPLATE);
const env = uniqueBy(fc.record({ name: word, value: word }), 'name');
const containerPort = fc.record(
  { containerPort: fc.constantFrom(80, 443), protocol: fc.constantFrom('TCP', 'UDP') },
  { requiredKeys: ['containerPort'] },
);
const container = fc.record(
  {
    name: word,
    image: word,
    env,
    command: fc.array(word, { maxLength: 2 }),
    ports: uniqueBy(containerPort, 'containerPort', 'protocol'),
    resources: fc.constantFrom({}, { limits: { cpu: '1' } }, { limits: { cpu: '2', memory: '1Gi' } }),
  },
  { requiredKeys: ['name', 'image'] },
);
const directed = fc.oneof(
  { weight: 3, arbitrary: container },
  { weight: 1, arbitrary: word.map((name) => ({ name, $patch: 'delete' })) },
) as fc.Arbitrary<Content>;
const ordered = uniqueBy(directed, 'name').chain((containers) =>
  fc.boolean().map((orders) => ({
    containers,
    ...(orders && {
      '$setElementOrder/containers': containers.filter((one) => !one.$patch).map(({ name }) => ({ name })),
    }),
  })),
);

const podTemplates: Subject = {
  kind: POD_TEMPLATE,
  schema: templateSchema,
  custom: false,
  subresources: [],
  content: some({
    metadata,
    template: some({
      metadata,
      spec: some({ containers: uniqueBy(container, 'name'), nodeSelector: words, restartPolicy: fc.constant('Never') }),
    }),
  }),
  strategic: some({ template: some({ spec: fc.oneof(ordered, some({ containers: uniqueBy(directed, 'name') })) }) }),
  operations: operationsOn(
    ['/template/spec/containers/0/image', '/template/spec/nodeSelector', '/template/spec/containers/0/env/0/value'],
    word,
  ),
  complete: (object) => withPodDefaults(asTyped(templateSchema, object)),
  required: { template: { spec: { containers: [{ name: 'a', image: 'a' }] } } },
  allotted: [],
};

const widgetSchema = mergeSchemaOf(WIDGET_SCHEMA);
const item = fc.record({ name: word, value: number, inner: some({ x: word, y: word }) }, { requiredKeys: ['name'] });
const widgetPort = fc.record(
  { port: number, protocol: fc.constantFrom('TCP', 'UDP'), note: word },
  { requiredKeys: ['port'] },
);
const free = fc.oneof(
  word,
  number,
  words,
  fc.array(word, { maxLength: 2 }),
  fc.dictionary(word, words, { maxKeys: 2 }),
);
const condition = fc.record({ type: word, status: word, reason: word }, { requiredKeys: ['type'] });

const filled = fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 });
const embeddedResource = fc.record(
  {
    apiVersion: fc.constant('v1'),
    kind: fc.constant('Secret'),
    metadata: some({ name: word, labels: filled, finalizers: fc.constantFrom(['x.dev/a'], ['x.dev/b', 'x.dev/a']) }),
    data: words,
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
);

const widgets: Subject = {
  kind: WIDGET,
  schema: widgetSchema,
  custom: true,
  subresources: ['status'],
  content: some({
    metadata: some({ labels: words, finalizers }),
    spec: some({
      size: number,
      items: uniqueBy(item, 'name'),
      ports: uniqueBy(widgetPort, 'port', 'protocol'),
      tags: fc.uniqueArray(word, { maxLength: 3 }),
      list: fc.array(word, { maxLength: 3 }),
      whole: words,
      nested: some({ left: some({ x: word }), right: words }),
      maps: fc.dictionary(word, some({ x: word, y: word }), { maxKeys: 2 }),
      free: fc.dictionary(word, free, { maxKeys: 2 }),
      open: some({ known: word, other: words, list: uniqueBy(fc.record({ name: word }), 'name') }),
      either: fc.oneof(number, word),
      embedded: embeddedResource,
    }),
    status: some({ count: number, conditions: uniqueBy(condition, 'type') }),
  }),
  strategic: fc.constant({}),
  operations: operationsOn(
    ['/spec/size', '/spec/list/0', '/spec/list/-', '/spec/tags/-1', '/spec/nested', '/spec/items/0', '/spec'],
    fc.oneof(number, word),
  ),
  decode: (object) => decoded(WIDGET_SCHEMA, object) as KubeObject,
  complete: withWidgetDefaults,
  required: {},
  allotted: [],
};

function withWidgetDefaults(object: KubeObject): KubeObject {
  const typed = asTyped(widgetSchema, object);
  const spec = typed.spec as { ports?: readonly Content[] } | undefined;
  if (!Array.isArray(spec?.ports)) return typed;
  return { ...typed, spec: { ...spec, ports: spec.ports.map((one) => ({ protocol: 'TCP', ...one })) } };
}

export const SUBJECTS: readonly Subject[] = [configMaps, services, podTemplates, widgets];
