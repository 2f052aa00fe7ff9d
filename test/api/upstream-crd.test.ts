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

/** The peer whose CRDs ours must contain; its module carries them. */
const MODULE = 'github.com/kubeflow/training-operator@v1.9.4';

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources?: object;
  readonly additionalPrinterColumns?: readonly object[];
}

let folder = '';

beforeAll(() => {
  const answer = execFileSync('go', ['mod', 'download', '-json', MODULE], {
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  folder = join((JSON.parse(answer) as { Dir: string }).Dir, 'manifests/base/crds');
}, 300_000);

const upstream = (definition: ResourceDefinition): Version => {
  const file = join(folder, `${definition.kind.group}_${definition.kind.plural}.yaml`);
  return (parse(readFileSync(file, 'utf8')) as { spec: { versions: Version[] } }).spec.versions[0]!;
};
const ours = (definition: ResourceDefinition): Version => crdOf(definition).spec.versions[0] as Version;

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

const definitions = TRAINING_JOB_DEFINITIONS.map((definition) => [definition.kind.kind, definition] as const);

describe.each(definitions)('%s contains its upstream', (_kind, definition) => {
  test('every upstream field is there, with its type, required fields and values', () => {
    const mine = facts(ours(definition).schema.openAPIV3Schema);
    const missing = [...facts(upstream(definition).schema.openAPIV3Schema)].filter(
      ([path, fact]) => mine.get(path) !== fact,
    );
    expect(missing.map(([path, fact]) => `${path}: upstream ${fact}; here ${mine.get(path) ?? 'absent'}`)).toEqual([]);
  });

  test('version, subresources and columns are upstream’s', () => {
    const { name, subresources, additionalPrinterColumns } = upstream(definition);
    expect(ours(definition)).toMatchObject({ name, subresources, additionalPrinterColumns });
  });
});
