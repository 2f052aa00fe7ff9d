import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, containerEnv, expandAll } from '../../../src/embedded/node/environment/container-env.ts';
import { expand } from '../../../src/embedded/node/environment/expand.ts';
import { fieldValue, resourceValue } from '../../../src/embedded/node/environment/field-ref.ts';
import { serviceVariables } from '../../../src/embedded/node/environment/service-variables.ts';
import { engineWords } from '../../../src/embedded/node/images/docker.ts';
import { parseImageMap, ruleFor, unmappedMessage } from '../../../src/embedded/node/images/image-map.ts';
import { probeEnded } from '../../../src/embedded/node/lifecycle/probes.ts';
import type { ProbeState } from '../../../src/embedded/node/lifecycle/record.ts';
import { LogFile } from '../../../src/embedded/node/logs/log-file.ts';
import { type LogOptions, readLog } from '../../../src/embedded/node/logs/read.ts';
import { AddressPool } from '../../../src/embedded/node/names/addresses.ts';
import { formsOf, hostsFile, nameTable } from '../../../src/embedded/node/names/hosts.ts';
import { nameSubstitutions, substitute } from '../../../src/embedded/node/names/substitute.ts';
import type { Container, KeyedData, Pod, Service, Volume } from '../../../src/embedded/node/pod-types.ts';
import { refusalOf } from '../../../src/embedded/node/refusals.ts';
import { payloadOf } from '../../../src/embedded/node/volumes/payload.ts';
import { writePayload } from '../../../src/embedded/node/volumes/write.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { app: 'a', 'x/y': '1' } },
  spec: {
    nodeName: 'local',
    hostname: 'h',
    subdomain: 's',
    containers: [{ name: 'main', resources: { limits: { cpu: '1500m', memory: '1Gi' } } }],
  },
};
const view = { pod, podIp: '127.1.0.2', hostIp: '127.0.0.1', allocatable: { cpu: '8', memory: '16Gi' } };
const keyed = (name: string, values: Readonly<Record<string, string>>): KeyedData => ({
  metadata: { name, namespace: 'ns' },
  data: new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])),
});
const sources = {
  configMap: async (name: string) => (name === 'c' ? keyed('c', { k: 'v', other: 'w' }) : undefined),
  secret: async (name: string) => (name === 's' ? keyed('s', { password: 'hush' }) : undefined),
};

describe('environment', () => {
  test.each([
    ['$(A)', 'one'],
    ['x$(A)y$(B)', 'xoney$(B)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$A $( $)', '$A $( $)'],
  ])('%s becomes %s', (text, expected) => {
    expect(expand(text, (name) => (name === 'A' ? 'one' : undefined))).toBe(expected);
  });

  test('comes from Services, envFrom and env, later ones winning and able to use earlier ones', async () => {
    const container: Container = {
      name: 'main',
      envFrom: [{ prefix: 'C_', configMapRef: { name: 'c' } }, { secretRef: { name: 'gone', optional: true } }],
      env: [
        { name: 'PLAIN', value: 'a' },
        { name: 'MADE', value: '$(PLAIN)-$(C_k)-$(WEB_SERVICE_HOST)-$(LATER)' },
        { name: 'LATER', value: 'x' },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
        { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'c', key: 'missing', optional: true } } },
        { name: 'C_other', value: 'own' },
      ],
    };
    const variables = await containerEnv(view, container, { WEB_SERVICE_HOST: '127.1.0.9' }, sources);
    expect(variables).toEqual({
      WEB_SERVICE_HOST: '127.1.0.9',
      C_k: 'v',
      C_other: 'own',
      PLAIN: 'a',
      MADE: 'a-v-127.1.0.9-$(LATER)',
      LATER: 'x',
      IP: '127.1.0.2',
      CPU: '8',
      KEY: 'hush',
    });
    expect(expandAll(['run', '--ip=$(IP)'], variables)).toEqual(['run', '--ip=127.1.0.2']);
  });

  test.each<readonly [string, Partial<Container>, string]>([
    ['a missing ConfigMap', { envFrom: [{ configMapRef: { name: 'z' } }] }, 'configmap "z" not found'],
    [
      'a missing key',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'z' } } }] },
      "couldn't find key z in Secret ns/s",
    ],
    [
      'a field that pods do not have',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }] },
      'env A: fieldPath "spec.x"',
    ],
  ])('%s is an error of configuration', async (_, container, message) => {
    const failing = containerEnv(view, { name: 'main', ...container }, {}, sources);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(ConfigError);
  });

  test('the downward API', () => {
    expect(fieldValue(view, "metadata.labels['x/y']")).toBe('1');
    expect(fieldValue(view, 'metadata.labels')).toBe('app="a"\nx/y="1"');
    expect(fieldValue(view, 'spec.nodeName')).toBe('local');
    expect(resourceValue(view, { containerName: 'main', resource: 'limits.memory', divisor: '1Mi' })).toBe('1024');
    expect(resourceValue(view, { containerName: 'main', resource: 'requests.cpu', divisor: '1m' })).toBe('1500');
    expect(resourceValue(view, { resource: 'limits.cpu' }, { name: 'x' })).toBe('8');
  });

  test('variables of Services', () => {
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'my-web', namespace: 'ns' },
      spec: {
        ports: [
          { name: 'http', port: 80 },
          { name: 'admin-x', port: 81, protocol: 'UDP' },
        ],
      },
    };
    expect(serviceVariables([service], () => '127.1.0.9')).toMatchObject({
      MY_WEB_SERVICE_HOST: '127.1.0.9',
      MY_WEB_SERVICE_PORT: '80',
      MY_WEB_SERVICE_PORT_ADMIN_X: '81',
      MY_WEB_PORT: 'tcp://127.1.0.9:80',
      MY_WEB_PORT_80_TCP_ADDR: '127.1.0.9',
      MY_WEB_PORT_81_UDP: 'udp://127.1.0.9:81',
    });
    expect(serviceVariables([service], () => undefined)).toEqual({});
  });
});

describe('volumes', () => {
  test('a projected volume collects its sources', async () => {
    const volume: Volume = {
      name: 'v',
      projected: {
        defaultMode: 0o400,
        sources: [
          { configMap: { name: 'c', items: [{ key: 'k', path: 'conf/k', mode: 0o600 }] } },
          { secret: { name: 's' } },
          { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
          { serviceAccountToken: { path: 'token' } },
        ],
      },
    };
    const payload = await payloadOf(volume, view, sources, async () => 'jwt');
    expect([...payload].map(([path, { content, mode }]) => [path, content.toString(), mode])).toEqual([
      ['conf/k', 'v', 0o600],
      ['password', 'hush', 0o400],
      ['name', 'p', 0o400],
      ['token', 'jwt', 0o400],
    ]);
    await expect(payloadOf(volume, view, sources, undefined)).rejects.toThrow('automountServiceAccountToken: false');
  });

  test.each<readonly [Volume, string]>([
    [{ name: 'v', configMap: { name: 'z' } }, 'configmap "z" not found'],
    [{ name: 'v', secret: { secretName: 's', items: [{ key: 'z', path: 'z' }] } }, 'secret "s" has no key "z"'],
    [{ name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: '../k' }] } }, 'leaves the volume'],
    [{ name: 'v', projected: { sources: [{ clusterTrustBundle: {} }] } }, 'cannot project clusterTrustBundle'],
  ])('%j is refused', async (volume, message) => {
    await expect(payloadOf(volume, view, sources, undefined)).rejects.toThrow(message);
  });

  test('files are replaced all at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'payload-'));
    const file = (text: string) => ({ content: Buffer.from(text), mode: 0o644 });
    try {
      await writePayload(
        folder,
        new Map([
          ['a', file('1')],
          ['d/b', file('1')],
        ]),
        1,
      );
      await writePayload(
        folder,
        new Map([
          ['a', file('2')],
          ['c', file('2')],
        ]),
        2,
      );
      expect(readdirSync(folder).sort()).toEqual(['..2', '..data', 'a', 'c']);
      expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('2');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('names', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const member = (name: string, more: Partial<Pod> = {}): Pod => ({
    ...pod,
    metadata: { name, namespace: 'ns', uid: name, labels: { app: 'a' } },
    spec: { ...pod.spec, hostname: name },
    ...more,
  });
  const service = (name: string, spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'ns' },
    spec: { selector: { app: 'a' }, ...spec },
  });
  const pods = [member('one', { status: ready }), member('two')];
  const addresses: Readonly<Record<string, string>> = { one: '127.1.0.2', two: '127.1.0.3' };
  const names = (services: readonly Service[], every = false) =>
    Object.fromEntries(
      nameTable(
        {
          pods,
          services,
          podAddress: ({ metadata }) => addresses[metadata.name ?? ''],
          serviceAddress: () => '127.1.0.9',
        },
        every,
      ),
    );

  test('headless Services lead to ready pods, others to an address of their own', () => {
    expect(names([service('s', { clusterIP: 'None' }), service('web', {})])).toEqual({
      's.ns': ['127.1.0.2'],
      'one.s.ns': ['127.1.0.2'],
      'web.ns': ['127.1.0.9'],
    });
    const all = ['127.1.0.2', '127.1.0.3'];
    expect(names([service('s', { clusterIP: 'None', publishNotReadyAddresses: true })])['s.ns']).toEqual(all);
    expect(names([service('s', { clusterIP: 'None' })], true)['s.ns']).toEqual(all);
  });

  test('a pod’s own search domains shorten the names below them', () => {
    const searches = ['j.ns.svc.cluster.local', 'example.org'];
    expect(formsOf('j-worker-0.j.ns', 'ns', searches)).toEqual([
      'j-worker-0.j.ns.svc.cluster.local',
      'j-worker-0.j.ns.svc',
      'j-worker-0.j.ns',
      'j-worker-0.j',
      'j-worker-0',
    ]);
    expect(formsOf('web.other', 'ns', searches)).toEqual(['web.other.svc.cluster.local', 'web.other.svc', 'web.other']);
  });

  test('a hosts file has every form', () => {
    const text = hostsFile(
      pod,
      '127.1.0.2',
      new Map([
        ['web.ns', ['127.1.0.9']],
        ['far.other', ['127.1.0.8']],
      ]),
      '10.0.0.1 printer\n',
    );
    expect(text.split('\n').slice(1)).toEqual([
      '127.0.0.1 localhost',
      '::1 localhost ip6-localhost ip6-loopback',
      '127.1.0.2 h.s.ns.svc.cluster.local h',
      '127.1.0.9 web.ns.svc.cluster.local web.ns.svc web.ns web',
      '127.1.0.8 far.other.svc.cluster.local far.other.svc far.other',
      '10.0.0.1 printer',
      '',
    ]);
  });

  test.each([
    ['--master job-master-0:23456', '--master 127.1.0.2:23456'],
    ['tcp://job-master-0.ns.svc.cluster.local:1', 'tcp://127.1.0.2:1'],
    ['my-job-master-0', 'my-job-master-0'],
    ['job-master-01', 'job-master-01'],
    ['job-master-0.example.com', 'job-master-0.example.com'],
    ['cat /data/x >/data; ls "/data"', 'cat /pods/v/x >/pods/v; ls "/pods/v"'],
    ['--in=file:///data/x', '--in=file:///pods/v/x'],
    ['/data2 /my/data s3://bucket/data', '/data2 /my/data s3://bucket/data'],
    ['/data/sub/x', '/pods/sub/x'],
  ])('%s becomes %s', (text, expected) => {
    const hosts = nameSubstitutions(new Map([['job-master-0.ns', ['127.1.0.2']]]), 'ns');
    const paths = new Map([
      ['/data', '/pods/v'],
      ['/data/sub', '/pods/sub'],
    ]);
    expect(substitute(text, hosts, paths)).toBe(expected);
  });

  test('addresses are given in turn, and shared when there are none left', () => {
    const pool = new AddressPool(2, (index) => `127.1.0.${index + 2}`);
    expect([pool.take('a'), pool.take('a'), pool.take('b')]).toEqual(['127.1.0.2', '127.1.0.2', '127.1.0.3']);
    expect(pool.take('c')).toBe('127.0.0.1');
    pool.release('a');
    expect(pool.take('d')).toBe('127.1.0.2');
    expect(new AddressPool(0, () => '').shared).toBe(true);
  });
});

describe('images', () => {
  const file = '/etc/armature/images.yaml';
  const map = parseImageMap(
    {
      images: [
        { match: 'python:3.*', venv: './ml', entrypoint: ['python3'] },
        { match: 'registry.example.com/*/trainer', path: 'bin' },
        { match: 'nginx', docker: true },
      ],
    },
    file,
  );

  test.each([
    ['python:3.12', { venv: '/etc/armature/ml' }],
    ['registry.example.com/org/trainer:v1', { path: '/etc/armature/bin' }],
    ['registry.example.com/org/trainer@sha256:abc', { path: '/etc/armature/bin' }],
    ['nginx:1', { docker: true }],
  ])('%s has a rule', (image, expected) => {
    expect(ruleFor(map, image)).toMatchObject(expected);
  });

  test('others are refused with the line to add, unless there is a default', () => {
    expect(ruleFor(map, 'redis')).toBeUndefined();
    expect(ruleFor({ default: 'host' }, 'redis')).toMatchObject({ host: true });
    expect(unmappedMessage('redis', file)).toContain(`- match: 'redis'`);
  });

  test('a map that is not of the form is refused', () => {
    expect(() => parseImageMap({ images: [{ match: 'a' }] }, file)).toThrow('exactly one of venv');
    expect(() => parseImageMap({ image: [] }, file)).toThrow(file);
  });

  test('an engine gets the words it needs', () => {
    const words = engineWords({
      name: 'u-main-0',
      image: 'nginx',
      command: ['sh', '-c'],
      args: ['true'],
      variables: { A: '1', PATH: '/bin' },
      mounts: [{ source: '/s', target: '/t', file: false, readOnly: true }],
      workingDir: '/w',
      hostname: 'h',
      hosts: [['web', '127.1.0.9']],
      label: 'armature.dev/node=/d',
    });
    expect(words.join(' ')).toBe(
      'run --rm --name u-main-0 --label armature.dev/node=/d --network host --hostname h --add-host web:127.1.0.9 ' +
        '--volume /s:/t:ro --env A --env PATH=/bin --workdir /w --entrypoint sh nginx -c true',
    );
  });
});

describe('probes', () => {
  test('a verdict takes as many results in a row as its threshold', () => {
    const probe = { failureThreshold: 2, successThreshold: 2 };
    let state: ProbeState = { inFlight: true, successes: 0, failures: 0 };
    const verdicts = [true, true, false, true, false, false].map((passed) => {
      state = probeEnded(probe, state, passed);
      return state.verdict;
    });
    expect(verdicts).toEqual([undefined, 'passed', 'passed', 'passed', 'passed', 'failed']);
  });

  test('grpc is refused by name', () => {
    const spec = { containers: [{ name: 'main', readinessProbe: { grpc: { port: 1 } } }] };
    expect(refusalOf({ ...pod, spec })).toContain('no grpc probes (readinessProbe); use httpGet');
  });
});

describe('logs', () => {
  const AT = Date.parse('2026-01-01T00:00:00.123Z');
  async function withLog(
    limits: { maxBytes: number; maxFiles: number },
    use: (log: LogFile, path: string) => Promise<void>,
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    let now = AT;
    const log = new LogFile(join(folder, '0.log'), () => now++, limits);
    try {
      await use(log, log.path);
    } finally {
      log.close();
      rmSync(folder, { recursive: true });
    }
  }
  const text = async (path: string, live: LogFile | undefined, options: LogOptions, now = AT) => {
    let all = '';
    for await (const part of readLog(path, live, options, now)) all += part.toString();
    return all;
  };
  const big = { maxBytes: 1e6, maxFiles: 2 };

  test('lines have times, and are cut as asked', async () => {
    await withLog(big, async (log, path) => {
      log.append(Buffer.from('one\ntw'));
      log.append(Buffer.from('o\nthree'));
      log.close();
      expect(await text(path, undefined, {})).toBe('one\ntwo\nthree');
      expect(await text(path, undefined, { tailLines: 2 })).toBe('two\nthree');
      expect(await text(path, undefined, { tailLines: 0 })).toBe('');
      expect(await text(path, undefined, { limitBytes: 5 })).toBe('one\nt');
      expect(await text(path, undefined, { timestamps: true, tailLines: 3 })).toMatch(
        /^2026-01-01T00:00:00.123000000Z one\n/,
      );
      expect(await text(path, undefined, { sinceSeconds: 1 }, AT + 500)).toBe('one\ntwo\nthree');
      expect(await text(path, undefined, { sinceSeconds: 1 }, AT + 5000)).toBe('');
      expect(await text(path, undefined, { sinceTime: '2026-01-01T00:00:00.124Z' })).toBe('two\nthree');
    });
  });

  test('a long line is kept in parts and read as one', async () => {
    await withLog(big, async (log, path) => {
      const line = 'x'.repeat(40_000);
      log.append(Buffer.from(`first\n${line}\n`));
      expect(await text(path, undefined, { tailLines: 1 })).toBe(`${line}\n`);
    });
  });

  test('a follower gets everything once, in order, until the end', async () => {
    await withLog(big, async (log, path) => {
      log.append(Buffer.from('a\n'));
      const followed = text(path, log, { follow: true });
      await Promise.resolve();
      log.append(Buffer.from('b\n'));
      setImmediate(() => {
        log.append(Buffer.from('c\n'));
        log.close();
      });
      expect(await followed).toBe('a\nb\nc\n');
    });
  });

  test('a follower can give up', async () => {
    await withLog(big, async (log, path) => {
      const giveUp = new AbortController();
      setImmediate(() => giveUp.abort());
      expect(await text(path, log, { follow: true, signal: giveUp.signal })).toBe('');
    });
  });

  test('files are set aside, and the oldest dropped', async () => {
    await withLog({ maxBytes: 200, maxFiles: 2 }, async (log, path) => {
      for (let line = 0; line < 20; line++) log.append(Buffer.from(`line ${line}\n`));
      const kept = (await text(path, undefined, {})).trim().split('\n');
      expect(kept.at(-1)).toBe('line 19');
      expect(kept.length).toBeGreaterThan(5);
      expect(kept.length).toBeLessThan(12);
      expect(kept).toEqual(kept.map((_, index) => `line ${20 - kept.length + index}`));
    });
  });
});
