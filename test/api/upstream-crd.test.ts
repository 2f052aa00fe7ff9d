import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  crdOf,
  JOB_SET_DEFINITION,
  MPI_JOB_DEFINITION,
  type ResourceDefinition,
  type StructuralSchema,
  TRAINER_DEFINITIONS,
  TRAINING_JOB_DEFINITIONS,
} from '../../src/api/index.ts';

/** The peers whose CRDs ours must contain; their modules carry them. */
interface Peer {
  readonly module: string;
  /** Where the CRDs stand in it. */
  readonly crds: string;
  readonly definitions: readonly ResourceDefinition[];
  /** Facts in which ours takes more than upstream, and why. */
  readonly wider?: Readonly<Record<string, string>>;
  /** Objects that ours keeps as they are instead of spelling them out, and why. */
  readonly open?: Readonly<Record<string, string>>;
}

const PEERS: readonly Peer[] = [
  {
    module: 'github.com/kubeflow/training-operator@v1.9.4',
    crds: 'manifests/base/crds',
    definitions: TRAINING_JOB_DEFINITIONS,
  },
  {
    module: 'github.com/kubeflow/mpi-operator@v0.8.0',
    crds: 'manifests/base',
    definitions: [MPI_JOB_DEFINITION],
    wider: { '.status.conditions[].status': 'only the controller itself could write something else' },
  },
  {
    module: 'sigs.k8s.io/jobset@v0.12.0',
    crds: 'config/components/crd/bases',
    definitions: [JOB_SET_DEFINITION],
    wider: {
      '.spec.failurePolicy.rules[]': 'a rule without a name gets one from the controller; upstream from its webhook',
    },
    open: {
      '.spec.volumeClaimPolicies[].templates[].status': 'nobody reads what a template says there',
      '.spec.replicatedJobs[].template.metadata': 'as in a pod template',
    },
  },
  {
    module: 'github.com/kubeflow/trainer/v2@v2.3.0',
    crds: 'manifests/base/crds',
    definitions: TRAINER_DEFINITIONS,
    wider: {
      '.spec.trainer.numProcPerNode': 'earlier releases took auto, cpu and gpu',
      '.spec.template.spec.failurePolicy.rules[]': 'as in a JobSet',
    },
    open: {
      '.spec.trainer.env[].valueFrom': 'as in a pod template',
      '.spec.initializer.dataset.env[].valueFrom': 'as in a pod template',
      '.spec.initializer.model.env[].valueFrom': 'as in a pod template',
      '.spec.template.spec.volumeClaimPolicies[].templates[].status': 'as in a JobSet',
      '.spec.template.spec.replicatedJobs[].template.metadata': 'as in a JobSet',
    },
  },
];

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources?: object;
  readonly additionalPrinterColumns?: readonly object[];
}

const folders = new Map<Peer, string>();

beforeAll(() => {
  for (const peer of PEERS) {
    const answer = execFileSync('go', ['mod', 'download', '-json', peer.module], {
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=mod' },
    });
    folders.set(peer, join((JSON.parse(answer) as { Dir: string }).Dir, peer.crds));
  }
}, 300_000);

const upstream = (definition: ResourceDefinition, peer: Peer): Version => {
  const file = join(folders.get(peer)!, `${definition.kind.group}_${definition.kind.plural}.yaml`);
  return (parse(readFileSync(file, 'utf8')) as { spec: { versions: Version[] } }).spec.versions[0]!;
};
const ours = (definition: ResourceDefinition, version: string): Version =>
  crdOf(definition).spec.versions.find(({ name }) => name === version) as Version;

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
    ...children.filter(([, child]) => !isPodTemplate(child)).flatMap(([name, child]) => [...facts(child, name)]),
  ]);
}

const isPodTemplate = ({ properties }: StructuralSchema): boolean =>
  properties?.spec?.properties?.containers !== undefined;

const definitions = PEERS.flatMap((peer) =>
  peer.definitions.map((definition) => [`${definition.kind.kind} of ${peer.module}`, definition, peer] as const),
);

describe.each(definitions)('%s contains its upstream', (_kind, definition, peer) => {
  test('every upstream field is there, with its type, required fields and values', () => {
    const { name, schema } = upstream(definition, peer);
    const mine = facts(ours(definition, name).schema.openAPIV3Schema);
    const leftOpen = Object.keys(peer.open ?? {});
    const missing = [...facts(schema.openAPIV3Schema)].filter(
      ([path, fact]) =>
        mine.get(path) !== fact && !peer.wider?.[path] && !leftOpen.some((open) => path.startsWith(`${open}.`)),
    );
    expect(missing.map(([path, fact]) => `${path}: upstream ${fact}; here ${mine.get(path) ?? 'absent'}`)).toEqual([]);
  });

  test('version, subresources and columns are upstream’s', () => {
    const { name, subresources, additionalPrinterColumns } = upstream(definition, peer);
    expect(ours(definition, name)).toMatchObject({
      name,
      subresources: subresources ?? {},
      ...(additionalPrinterColumns && { additionalPrinterColumns }),
    });
  });
});
