import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BUILTIN_KINDS, builtinMergeSchema } from '../../src/embedded/patch/index.ts';
import { differences, ownRules, type Served, servedRules } from '../embedded/patch/openapi-rules.ts';
import { Api, targetOf } from '../support/api.ts';
import { sharedCluster } from '../support/cluster.ts';
import { testUnless } from '../support/test-unless.ts';

/** Fields whose default only looks like an empty value: the server fills it in, and may leave the field out. */
const DEFAULTED = ['.azureDisk.readOnly', '.fileKeyRef.optional'];
/** Answered as null when there are none, though the server's document does not ask for them. */
const NULLED = ['.rules'];
/** Served only by an apiserver with the feature gate GenericWorkload. */
const GATED = 'scheduling.k8s.io/v1alpha2';

let api: Api;

beforeAll(async () => {
  api = new Api(targetOf((await sharedCluster()).kubeconfig));
}, 1_200_000);

afterAll(() => api.close());

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Served>> };
}

async function documentOf(apiVersion: string): Promise<Document> {
  const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
  const answer = await api.raw('GET', `/openapi/v3/${path}`);
  if (answer.code !== 200) throw new Error(`/openapi/v3/${path}: ${answer.code}`);
  return JSON.parse(answer.text) as Document;
}

function nameOf({ components }: Document, apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const found = Object.entries(components.schemas).find(([, schema]) =>
    ((schema['x-kubernetes-group-version-kind'] ?? []) as { group: string; version: string; kind: string }[]).some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    ),
  );
  if (!found) throw new Error(`the server has no schema of ${apiVersion} ${kind}`);
  return found[0];
}

describe('the table of built-in kinds says what the server says', () => {
  for (const [apiVersion, kinds] of Object.entries(BUILTIN_KINDS)) {
    const gated = apiVersion === GATED ? 'the apiserver serves it behind a feature gate only' : undefined;
    testUnless(gated)(`${apiVersion}: ${kinds.join(', ')}`, async () => {
      const document = await documentOf(apiVersion);
      for (const kind of kinds) {
        const served = servedRules(document.components.schemas, nameOf(document, apiVersion, kind));
        const lines = differences(served, ownRules(builtinMergeSchema(apiVersion, kind)!));
        const told = lines.filter(
          (line) => ![...DEFAULTED, ...NULLED].some((field) => line.includes(`${field} always: `)),
        );
        expect({ kind, differences: told }).toEqual({ kind, differences: [] });
      }
    });
  }

  test('a kind that is not in the table has no schema', () => {
    expect(builtinMergeSchema('v1', 'Endpoints')).toBeUndefined();
  });
});
