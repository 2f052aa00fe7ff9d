import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ClusterInfo,
  clusterDown,
  clusterStatus,
  clusterUp,
  serviceAccountKubeconfig,
} from '../../src/cluster/index.ts';
import { clusterPaths } from '../../src/cluster/paths.ts';
import { call } from '../cluster/kube.ts';
import { NO_TRACES, tracesOf } from '../cluster/traces.ts';
import { eventually } from '../support/eventually.ts';

const NAME = 'cluster-test';
const OTHER = 'cluster-test-2';
const MINUTES = 60_000;
const PODS = '/api/v1/namespaces/default/pods';

let info: ClusterInfo;

beforeAll(async () => {
  await Promise.all([clusterDown(NAME), clusterDown(OTHER)]);
  info = await clusterUp({ name: NAME, nodes: 'fake:2' });
}, 20 * MINUTES);

afterAll(async () => {
  await Promise.all([clusterDown(NAME), clusterDown(OTHER)]);
}, MINUTES);

const pod = (name: string, annotations: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, annotations },
  spec: {
    restartPolicy: 'Never',
    tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }],
    containers: [{ name: 'main', image: 'none', resources: { limits: { 'nvidia.com/gpu': '8' } } }],
  },
});

interface PodStatus {
  readonly phase: string;
  readonly containerStatuses?: readonly { state: { terminated?: { exitCode: number } } }[];
}

const statusOf = async (name: string) =>
  (JSON.parse((await call(info.kubeconfig, 'GET', `${PODS}/${name}`)).text) as { status: PodStatus }).status;

const reaches = (name: string, phase: string) =>
  eventually(`${name} to be ${phase}`, async () => {
    const status = await statusOf(name);
    return status.phase === phase && status;
  });

describe('a cluster of fake nodes', () => {
  test('up again changes nothing and takes no time', async () => {
    const start = Date.now();
    expect(await clusterUp({ name: NAME, nodes: 'fake:2' })).toEqual(info);
    expect(Date.now() - start).toBeLessThan(2000);
  });

  test('up with other settings says what to do', async () => {
    await expect(clusterUp({ name: NAME, nodes: 'fake:3' })).rejects.toThrow(/cluster down --name cluster-test/);
  });

  test(
    'pods end as their annotations say, and run on without',
    async () => {
      const ends = { 'armature.dev/kwok-exit-code': '3', 'armature.dev/kwok-run-seconds': '0.2' };
      await call(info.kubeconfig, 'POST', PODS, pod('fails', ends));
      await call(info.kubeconfig, 'POST', PODS, pod('succeeds', { 'armature.dev/kwok-exit-code': '0' }));
      const failed = await reaches('fails', 'Failed');
      expect(failed.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(3);
      await reaches('succeeds', 'Succeeded');
      await call(info.kubeconfig, 'POST', PODS, pod('runs', {}));
      await reaches('runs', 'Running');
    },
    MINUTES,
  );

  test('a service account gets credentials of its own, with its own rights', async () => {
    const kubeconfig = await serviceAccountKubeconfig(info, 'default', 'default');
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await call(kubeconfig, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
    expect(answer.text).toContain('system:serviceaccount:default:default');
    expect((await call(kubeconfig, 'GET', '/api/v1/secrets')).code).toBe(403);
  });

  test(
    'a second cluster stands beside it',
    async () => {
      const other = await clusterUp({ name: OTHER, nodes: 'fake:1' });
      expect(other.server).not.toBe(info.server);
      expect((await call(other.kubeconfig, 'GET', `${PODS}/runs`)).code).toBe(404);
      await clusterDown(OTHER);
      expect(tracesOf(OTHER)).toEqual(NO_TRACES);
      expect((await clusterStatus(NAME)).running).toBe(true);
    },
    MINUTES,
  );

  test(
    'after a crash in the middle, up brings back what there was',
    async () => {
      for (const component of ['kube-apiserver', 'etcd', 'kwok']) process.kill(info.pids[component]!, 'SIGKILL');
      rmSync(clusterPaths(NAME).pids, { recursive: true });
      expect((await clusterStatus(NAME)).running).toBe(false);
      info = await clusterUp({ name: NAME, nodes: 'fake:2' });
      expect((await call(info.kubeconfig, 'GET', `${PODS}/runs`)).code).toBe(200);
      expect(tracesOf(NAME).processes.sort()).toEqual(Object.values(info.pids).sort());
    },
    MINUTES,
  );

  test(
    'down after a crash leaves nothing, and is content with nothing to do',
    async () => {
      process.kill(info.pids.etcd!, 'SIGKILL');
      rmSync(clusterPaths(NAME).state);
      await clusterDown(NAME);
      expect(tracesOf(NAME)).toEqual(NO_TRACES);
      await clusterDown(NAME);
      expect(await clusterStatus(NAME)).toMatchObject({ exists: false, running: false });
    },
    MINUTES,
  );
});
