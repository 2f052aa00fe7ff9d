import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { CustomResourceDefinition, CustomResourceVersion } from '../../../src/api/crd.ts';
import type { StructuralSchema } from '../../../src/api/structural.ts';
import type { SchemaCase } from './crds.ts';

/** Projects whose Go modules carry their CRDs, and where. */
const MODULES = [
  { module: 'github.com/kubeflow/training-operator@v1.9.4', folder: 'manifests/base/crds', prefix: 'training' },
  { module: 'sigs.k8s.io/jobset@v0.12.0', folder: 'config/components/crd/bases', prefix: 'jobset' },
  { module: 'github.com/kubeflow/trainer/v2@v2.3.0', folder: 'manifests/base/crds', prefix: 'trainer' },
  { module: 'sigs.k8s.io/gateway-api@v1.4.1', folder: 'config/crd/standard', prefix: 'gateway' },
  { module: 'sigs.k8s.io/kueue@v0.15.0', folder: 'config/components/crd/bases', prefix: 'kueue' },
] as const;

/** The CRDs that this repository ships. */
export const ownCases = (): SchemaCase[] => casesIn('crds', 'own');

/** The CRDs of neighbours, as they publish them. */
export function upstreamCases(): SchemaCase[] {
  return MODULES.flatMap(({ module, folder, prefix }) => {
    const answer = execFileSync('go', ['mod', 'download', '-json', module], {
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=mod' },
    });
    return casesIn(join((JSON.parse(answer) as { Dir: string }).Dir, folder), prefix);
  });
}

function casesIn(folder: string, prefix: string): SchemaCase[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => casesOf(readFileSync(join(folder, file), 'utf8'), prefix));
}

function casesOf(yaml: string, prefix: string): SchemaCase[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as CustomResourceDefinition | null)
    .filter((crd): crd is CustomResourceDefinition => crd?.kind === 'CustomResourceDefinition')
    .filter((crd) => storedVersion(crd).schema.openAPIV3Schema.properties?.spec)
    .map((crd) => {
      const version = storedVersion(crd);
      const scale = version.subresources?.scale as SchemaCase['scale'];
      return {
        name: `${prefix}${String(crd.spec.names.plural)}`,
        schema: withoutDescriptions(version.schema.openAPIV3Schema),
        statusSubresource: version.subresources?.status !== undefined,
        ...(scale && { scale }),
      };
    });
}

const storedVersion = ({ spec }: CustomResourceDefinition): CustomResourceVersion =>
  spec.versions.find(({ storage }) => storage) ?? spec.versions[0]!;

/** They are most of an upstream CRD and decide nothing. */
function withoutDescriptions(schema: StructuralSchema): StructuralSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => (key === 'description' && typeof value === 'string' ? undefined : value)),
  ) as StructuralSchema;
}
