import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EVENT, JOB, JOB_SET, NAMESPACE, POD } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import { connect } from '../../src/cli/connect.ts';
import type { HttpClient } from '../../src/runtime/http-client.ts';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';
import { meetingSpec } from '../support/jobset-program.ts';

const platform = useEmbeddedPlatform();
let client: HttpClient;

beforeAll(async () => {
  client = await connect({ kubeconfig: platform.current.kubeconfig });
}, 60_000);
afterAll(() => client?.close());

const found = (namespace: string) =>
  client.get(JOB_SET, { namespace, name: 'js' }) as Promise<
    KubeObject & { readonly status?: { readonly terminalState?: string; readonly restarts?: number } }
  >;

const create = (namespace: string, spec: object) =>
  client.create(JOB_SET, {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: { name: 'js', namespace },
    spec,
  });

/** What became of everything in a namespace, and what was said of it. */
async function told(namespace: string): Promise<string> {
  const pages = await Promise.all([JOB_SET, JOB, POD, EVENT].map((kind) => client.list(kind, { namespace })));
  const lines = pages.flatMap(({ items }) =>
    items.map(({ kind, metadata, ...rest }) => {
      const { status, reason, note, regarding } = rest as Record<string, unknown>;
      return `${kind} ${metadata.name} ${JSON.stringify({ ...metadata, managedFields: undefined, status, reason, note, regarding })}`;
    }),
  );
  return lines.join('\n');
}

test('the pods of a JobSet meet as processes of this machine, and again after one of them failed', async () => {
  const namespace = `meeting-${Date.now()}`;
  await client.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await create(namespace, meetingSpec({ image: 'any' }, { failFirst: true }));
  const ended = await eventually(
    'the JobSet to end',
    async () => {
      const set = await found(namespace);
      return set.status?.terminalState !== undefined && set;
    },
    { timeoutMs: 60_000, everyMs: 100 },
  ).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await told(namespace)}`);
  });
  expect(conditionOf(ended, 'Completed')).toMatchObject({ status: 'True', reason: 'AllJobsCompleted' });
  expect(ended.status).toMatchObject({ terminalState: 'Completed', restarts: 1 });
  const { items } = await client.list(POD, {
    namespace,
    labelSelector: 'jobset.sigs.k8s.io/replicatedjob-name=leader',
  });
  expect(items.map(({ metadata }) => metadata.labels?.['jobset.sigs.k8s.io/restart-attempt'])).toEqual(['1']);

  await client.delete(JOB_SET, { namespace, name: 'js' });
  await eventually('all to be gone', async () => {
    const left = await Promise.all([JOB, POD].map((kind) => client.list(kind, { namespace })));
    return left.every((page) => page.items.length === 0);
  });
}, 120_000);
