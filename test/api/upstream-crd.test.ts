import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  crdOf,
  type ResourceDefinition,
  type StructuralSchema,
  TRAINING_JOB_DEFINITIONS,
} from '../../src/api/index.ts';

/** The peers whose CRDs ours must contain; their modules carry them. */
const MODULES = {
  v1: ['github.com/kubeflow/training-operator@v1.9.4', 'manifests/base/crds'],
  v2beta1: ['github.com/kubeflow/mpi-operator@v0.8.0', 'manifests/base'],
} as const;
type VersionName = keyof typeof MODULES;

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources?: object;
  readonly additionalPrinterColumns?: readonly object[];
}

const folders = new Map<VersionName, string>();

beforeAll(() => {
  for (const version of Object.keys(MODULES) as VersionName[]) {
    const [module, folder] = MODULES[version];
    const answer = execFileSync('go', ['mod', 'download', '-json', module], {
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=mod' },
    });
    folders.set(version, join((JSON.parse(answer) as { Dir: string }).Dir, folder));
  }
}, 300_000);

const upstream = (definition: ResourceDefinition, version: VersionName): Version => {
  const file = join(folders.get(version) ?? '', `${definition.kind.group}_${definition.kind.plural}.yaml`);
  return (parse(readFileSync(file, 'utf8')) as { spec: { versions: Version[] } }).spec.versions[0]!;
};
const ours = (definition: ResourceDefinition, version: VersionName): Version =>
  crdOf(definition).spec.versions.find(({ name }) => name === version) as Version;

/** Refused values that only the controller itself could write, into its own status. */
const WITHIN_STATUS = '.status.conditions[].status';

/** `path: facts` for every field outside pod templates. */
function facts(schema: StructuralSchema, path = ''): ReadonlyMap<string, string> {
  const own = [
    schema['x-kubernetes-int-or-string'] ? 'int-or-string' : schema.type,
    `required ${[...(schema.required ?? [])].sort().join(' ') || '-'}`,
    `enum ${schema.enum?.join(' ') ?? '-'}`,
  ].join(', ');
  const children: [string, StructuralSchema][] = [
    ...Object.entries(schema.properties ?? {}).map(([name, child]): [string, StructuralSchema] => [
      `${path}.${name}`,
      child,
    ]),
    ...(schema.additionalProperties
      ? ([[`${path}[*]`, schema.additionalProperties]] as [string, StructuralSchema][])
      : []),
    ...(schema.items ? ([[`${path}[]`, schema.items]] as [string, StructuralSchema][]) : []),
  ];
  return new Map([
    [path, own],
    ...children.filter(([name]) => !name.endsWith('.template')).flatMap(([name, child]) => [...facts(child, name)]),
  ]);
}

const definitions = TRAINING_JOB_DEFINITIONS.flatMap((definition) =>
  crdOf(definition).spec.versions.map(
    ({ name }) => [`${definition.kind.kind} ${name}`, definition, name as VersionName] as const,
  ),
);

describe.each(definitions)('%s contains its upstream', (_kind, definition, version) => {
  test('every upstream field is there, with its type, required fields and values', () => {
    const mine = facts(ours(definition, version).schema.openAPIV3Schema);
    const missing = [...facts(upstream(definition, version).schema.openAPIV3Schema)].filter(
      ([path, fact]) => mine.get(path) !== fact && path !== WITHIN_STATUS,
    );
    expect(missing.map(([path, fact]) => `${path}: upstream ${fact}; here ${mine.get(path) ?? 'absent'}`)).toEqual([]);
  });

  test('version, subresources and columns are upstream’s', () => {
    const { name, subresources, additionalPrinterColumns } = upstream(definition, version);
    expect(ours(definition, version)).toMatchObject({
      name,
      subresources,
      ...(additionalPrinterColumns && { additionalPrinterColumns }),
    });
  });
});
