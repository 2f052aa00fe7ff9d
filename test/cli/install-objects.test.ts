import { describe, expect, test } from '@jest/globals';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { installationOrder, installObjects } from '../../src/cli/install-objects.ts';
import { ApiError, type KubeClient } from '../../src/runtime/client.ts';

const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace && { namespace }) },
});

const SERVED: Readonly<Record<string, object[]>> = {
  '/api/v1': [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'namespaces/status', kind: 'Namespace', namespaced: false },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
  ],
  '/apis/apps/v1': [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
  '/apis/apiextensions.k8s.io/v1': [
    { name: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false },
  ],
};

const READY: Readonly<Record<string, object>> = {
  CustomResourceDefinition: { conditions: [{ type: 'Established', status: 'True' }] },
  Deployment: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
};

function fakeCluster(refuse?: string) {
  const calls: string[] = [];
  const client = {
    json: async (path: string) => {
      calls.push(`json ${path}`);
      const resources = SERVED[path];
      if (!resources) throw new ApiError(404, 'NotFound', path);
      return { resources };
    },
    patch: async (kind: Kind, ref: { name: string }, _type: string, body: KubeObject) => {
      if (ref.name === refuse) throw new ApiError(403, 'Forbidden', 'not you');
      calls.push(`apply ${kind.plural} ${ref.name}`);
      return body;
    },
    get: async (kind: Kind, ref: { name: string }) => {
      calls.push(`get ${kind.plural} ${ref.name}`);
      return {
        apiVersion: '',
        kind: kind.kind,
        metadata: { name: ref.name, generation: 1 },
        spec: {},
        status: READY[kind.kind],
      };
    },
  };
  return { calls, client: client as unknown as KubeClient & typeof client };
}

const deployment = object('apps/v1', 'Deployment', 'controller', 'system');
const settings = object('v1', 'ConfigMap', 'settings', 'system');
const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'jobs.example.com');
const namespace = object('v1', 'Namespace', 'system');
const log = () => {};

describe('an installation', () => {
  test('puts namespaces and CRDs first and webhooks last, and keeps the order otherwise', () => {
    const webhook = object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'w');
    const stages = installationOrder([webhook, deployment, crd, settings, namespace]);
    expect(stages).toEqual([[crd, namespace], [deployment, settings], [webhook]]);
  });

  test('waits for the CRDs before the rest, and for Deployments at the end', async () => {
    const { calls, client } = fakeCluster();
    await installObjects(client, [deployment, settings, crd, namespace], { log });
    expect(calls.filter((call) => !call.startsWith('json'))).toEqual([
      'apply customresourcedefinitions jobs.example.com',
      'apply namespaces system',
      'get customresourcedefinitions jobs.example.com',
      'apply deployments controller',
      'apply configmaps settings',
      'get deployments controller',
    ]);
  });

  test('asks for each API version once', async () => {
    const { calls, client } = fakeCluster();
    await installObjects(client, [namespace, settings, { ...settings, metadata: { name: 'b', namespace: 'system' } }], {
      log,
    });
    expect(calls.filter((call) => call.startsWith('json'))).toEqual(['json /api/v1']);
  });

  test.each([
    [
      'a refusal names the object',
      [settings],
      'settings',
      'ConfigMap system/settings was refused (Forbidden): not you',
    ],
    [
      'a kind that is not served is named',
      [object('example.com/v1', 'Job', 'j', 'a')],
      '',
      'the cluster serves no Job of example.com/v1',
    ],
    ['a namespaced object needs a namespace', [object('v1', 'ConfigMap', 'c')], '', 'ConfigMap c has no namespace'],
  ])('%s', async (_title, objects, refuse, message) => {
    const { client } = fakeCluster(refuse);
    await expect(installObjects(client, objects, { log })).rejects.toThrow(message);
  });
});
