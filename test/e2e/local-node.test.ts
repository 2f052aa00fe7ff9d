import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../../src/cluster/command.ts';
import { type ClusterInfo, clusterDown, clusterStatus, clusterUp, loadImage } from '../../src/cluster/index.ts';
import { singleProgramImage } from '../../src/cluster/oci-tar.ts';
import { call, exec } from '../cluster/kube.ts';
import { machineWide, NO_TRACES, tracesOf } from '../cluster/traces.ts';
import { eventually } from '../support/eventually.ts';

const NAME = 'node-test';
const IMAGE = 'armature.local/probe:1';
const MINUTES = 60_000;
const PATIENT = { timeoutMs: 60_000 };
const BASE = '/api/v1/namespaces/default';
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

let info: ClusterInfo;
let before: string;

const container = (...args: string[]) => ({ name: 'main', image: IMAGE, imagePullPolicy: 'IfNotPresent', args });
const pod = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec,
});
const read = async (path: string) => JSON.parse((await call(info.kubeconfig, 'GET', path)).text);
const create = async (path: string, body: object) => {
  const { code, text } = await call(info.kubeconfig, 'POST', path, body);
  if (code !== 201) throw new Error(text);
};
const reaches = (name: string, phase: string) =>
  eventually(
    `${name} to be ${phase}`,
    async () => (await read(`${BASE}/pods/${name}`)).status.phase === phase,
    PATIENT,
  );

async function probeImage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  const source = new URL('../cluster/probe/main.go', import.meta.url).pathname;
  const env = { CGO_ENABLED: '0', GOFLAGS: '' };
  await run('go', ['build', '-trimpath', '-o', join(folder, 'probe'), source], { env });
  const tar = join(folder, 'probe.tar');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  await writeFile(tar, singleProgramImage(IMAGE, await readFile(join(folder, 'probe')), architecture));
  return tar;
}

(isRoot ? describe : describe.skip)('a real node', () => {
  beforeAll(async () => {
    await clusterDown(NAME);
    before = await machineWide();
    info = await clusterUp({ name: NAME, nodes: 'real,fake:1' });
    const tar = await probeImage();
    await loadImage(NAME, tar);
    await rm(join(tar, '..'), { recursive: true });
    await create(`${BASE}/pods`, pod('web', { hostname: 'first', subdomain: 'web', containers: [container('serve')] }));
    await create(`${BASE}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await reaches('web', 'Running');
  }, 20 * MINUTES);

  afterAll(() => clusterDown(NAME), MINUTES);

  test(
    'pods have logs and exec',
    async () => {
      const logs = async () => (await call(info.kubeconfig, 'GET', `${BASE}/pods/web/log`)).text;
      await eventually('its first line', async () => (await logs()).includes('probe serves'));
      expect(await exec(info.kubeconfig, 'web', ['/main', 'write', '/tmp-file', 'x'])).toContain('permission denied');
    },
    MINUTES,
  );

  test(
    'pods find Services and each other by name, and reach themselves through a Service',
    async () => {
      const serves = (url: string) =>
        eventually(`an answer of ${url}`, async () =>
          (await exec(info.kubeconfig, 'web', ['/main', 'get', url])).includes('served by first'),
        );
      await serves('http://web');
      await serves('http://first.web.default.svc.cluster.local:8080');
      await create(
        `${BASE}/pods`,
        pod('client', { restartPolicy: 'Never', containers: [container('get', 'http://web')] }),
      );
      await reaches('client', 'Succeeded');
      expect((await call(info.kubeconfig, 'GET', `${BASE}/pods/client/log`)).text).toContain('served by first');
      expect(await exec(info.kubeconfig, 'web', ['/main', 'lookup', 'kubernetes.default'])).toMatch(/\[10\./);
    },
    MINUTES,
  );

  test(
    'a claim of the default class is bound, keeps data between pods, and is cleaned up',
    async () => {
      await create(`${BASE}/persistentvolumeclaims`, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      const using = (...args: string[]) => ({
        restartPolicy: 'Never',
        containers: [{ ...container(...args), volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      });
      await create(`${BASE}/pods`, pod('writer', using('write', '/data/file', 'kept')));
      await reaches('writer', 'Succeeded');
      await create(`${BASE}/pods`, pod('reader', using('read', '/data/file')));
      await reaches('reader', 'Succeeded');
      expect((await call(info.kubeconfig, 'GET', `${BASE}/pods/reader/log`)).text).toBe('kept');
      for (const path of ['pods/writer', 'pods/reader', 'persistentvolumeclaims/data']) {
        await call(info.kubeconfig, 'DELETE', `${BASE}/${path}`);
      }
      await eventually(
        'the volume to be gone',
        async () => (await read('/api/v1/persistentvolumes')).items.length === 0,
      );
    },
    2 * MINUTES,
  );

  test('real pods stay off the fake node', async () => {
    expect((await read(`${BASE}/pods/web`)).spec.nodeName).toBe(`${NAME}-node`);
  });

  test(
    'when the whole node dies, up brings it and its pods back',
    async () => {
      const uid = (await read(`${BASE}/pods/web`)).metadata.uid;
      process.kill(info.pids.node!, 'SIGKILL');
      await eventually('the kubelet to stop', async () => (await clusterStatus(NAME)).components.kubelet === 'stopped');
      info = await clusterUp({ name: NAME, nodes: 'real,fake:1' });
      await eventually(
        'the pod to serve again',
        async () => (await exec(info.kubeconfig, 'web', ['/main', 'get', 'http://web'])).includes('served by first'),
        PATIENT,
      );
      expect((await read(`${BASE}/pods/web`)).metadata.uid).toBe(uid);
    },
    3 * MINUTES,
  );

  test(
    'down leaves no process, mount, link, control group, rule, setting or file behind',
    async () => {
      await clusterDown(NAME);
      expect(tracesOf(NAME)).toEqual(NO_TRACES);
      expect(await machineWide()).toBe(before);
    },
    MINUTES,
  );
});
