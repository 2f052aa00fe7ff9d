import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CONFIG_MAP,
  EVENT,
  LEASE,
  NODE,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  SECRET,
  SERVICE,
} from '../../../src/api/kinds.ts';
import { isAlive, isReady, LiveNode, pause, shell, statusOf } from './live.ts';

const TIMEOUT = 60_000;
const HERE = import.meta.dirname;

describe.each(['auto', 'none'] as const)('pods as processes, isolation %s', (wanted) => {
  let live: LiveNode;
  beforeAll(async () => {
    live = await LiveNode.start(wanted === 'none' ? { isolation: 'none' } : {});
  }, TIMEOUT);
  afterAll(() => live.stop(), TIMEOUT);

  test(
    'init containers, volumes, output and the last message',
    async () => {
      await live.run('whole', {
        volumes: [{ name: 'd', emptyDir: {} }],
        initContainers: [
          {
            ...shell('echo one > /armature-data/f', 'first'),
            volumeMounts: [{ name: 'd', mountPath: '/armature-data' }],
          },
          {
            ...shell('echo two >> /armature-data/f', 'second'),
            volumeMounts: [{ name: 'd', mountPath: '/armature-data' }],
          },
        ],
        containers: [
          {
            ...shell('cat /armature-data/sub/../f; echo oops >&2; echo said > /dev/termination-log; exit 3'),
            volumeMounts: [
              { name: 'd', mountPath: '/armature-data' },
              { name: 'd', mountPath: '/armature-data/sub', subPath: 's' },
            ],
          },
        ],
      });
      const pod = await live.ended('whole');
      expect(pod.status?.phase).toBe('Failed');
      expect(statusOf(pod).state?.terminated).toMatchObject({ exitCode: 3, reason: 'Error', message: 'said\n' });
      expect(statusOf(pod, 'first')).toMatchObject({ ready: true, state: { terminated: { reason: 'Completed' } } });
      expect(await live.logs('whole')).toBe('one\ntwo\noops\n');
      expect(existsSync('/armature-data')).toBe(false);
    },
    TIMEOUT,
  );

  test(
    'variables, ConfigMaps, Secrets and claims',
    async () => {
      await live.create(CONFIG_MAP, 'conf', { data: { 'a.txt': 'text', MODE: 'fast' } });
      await live.create(SECRET, 'keys', {
        stringData: undefined,
        data: { token: Buffer.from('hush').toString('base64') },
      });
      await live.create(PERSISTENT_VOLUME_CLAIM, 'store', {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      await live.run('told', {
        volumes: [
          { name: 'conf', configMap: { name: 'conf' } },
          { name: 'keys', secret: { secretName: 'keys' } },
          { name: 'store', persistentVolumeClaim: { claimName: 'store' } },
        ],
        containers: [
          {
            name: 'main',
            command: ['sh', '-c'],
            args: ['echo "$(MODE) $POD_IP $NAME"; cat /etc/armature-conf/a.txt /keys/token; echo kept > /store/f'],
            envFrom: [{ configMapRef: { name: 'conf' } }],
            env: [
              { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            volumeMounts: [
              { name: 'conf', mountPath: '/etc/armature-conf' },
              { name: 'keys', mountPath: '/keys' },
              { name: 'store', mountPath: '/store' },
            ],
          },
        ],
      });
      const pod = await live.ended('told');
      expect(await live.logs('told')).toBe(`fast ${pod.status?.podIP} told\ntexthush`);
      expect(pod.status?.podIP).toMatch(/^127\./);
      expect(readFileSync(join(live.folder, 'volumes/default/store/f'), 'utf8')).toBe('kept\n');
    },
    TIMEOUT,
  );

  test(
    'pods find each other by the names of Services',
    async () => {
      const headless = { selector: { app: 'server' }, clusterIP: 'None', ports: [{ port: 8123 }] };
      await live.create(SERVICE, 'server-0', { spec: headless });
      await live.create(SERVICE, 'web', {
        spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 'http' }] },
      });
      const serve = 'exec python3 -S -m http.server --bind "$IP" 8123';
      await live.run('server', {
        containers: [
          {
            ...shell(serve),
            ports: [{ name: 'http', containerPort: 8123 }],
            env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
            readinessProbe: { httpGet: { port: 'http', path: '/' }, periodSeconds: 2, timeoutSeconds: 40 },
            livenessProbe: { tcpSocket: { port: 8123 }, failureThreshold: 100 },
          },
        ],
      });
      await live.ready('server');
      const ask = [
        'import http.client, sys',
        'for name, port in (a.split(":") for a in sys.argv[1:]):',
        '  c = http.client.HTTPConnection(name, int(port)); c.request("GET", "/"); print(c.getresponse().status)',
      ].join('\n');
      await live.run('asking', {
        restartPolicy: 'OnFailure',
        containers: [
          {
            name: 'main',
            command: ['python3', '-S', '-c', ask],
            args: ['server-0:8123', 'server-0.default.svc:8123', '$(WEB_SERVICE_HOST):80', 'web:80'],
          },
        ],
      });
      await live.ended('asking');
      expect(await live.logs('asking')).toBe('200\n200\n200\n200\n');
    },
    TIMEOUT,
  );
});

describe('the life of a pod', () => {
  let live: LiveNode;
  let images: string;
  beforeAll(async () => {
    live = await LiveNode.start();
    images = live.folder;
  }, TIMEOUT);
  afterAll(() => live.stop(), TIMEOUT);

  test('the Node is there with its Lease', async () => {
    const node = await live.client.get(NODE, { name: 'local' });
    expect(node.status).toMatchObject({
      allocatable: { pods: '250' },
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
    });
    const lease = await live.client.get(LEASE, { namespace: 'kube-node-lease', name: 'local' });
    expect(lease.spec).toMatchObject({ holderIdentity: 'local', leaseDurationSeconds: 40 });
  });

  test(
    'a container that fails is restarted, and its earlier output kept',
    async () => {
      const script = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) > n; echo run $n; [ $n = 2 ]';
      await live.run('again', { restartPolicy: 'OnFailure', containers: [shell(script)] });
      const pod = await live.ended('again');
      expect(pod.status?.phase).toBe('Succeeded');
      expect(statusOf(pod)).toMatchObject({ restartCount: 2, lastState: { terminated: { exitCode: 1 } } });
      expect(await live.logs('again')).toBe('run 2\n');
      expect(await live.logs('again', 'main', { previous: true })).toBe('run 1\n');
    },
    TIMEOUT,
  );

  test(
    'logs are followed, commands run beside, and use is known',
    async () => {
      await live.run('talking', {
        containers: [shell('echo here; hostname; until [ -e go ]; do sleep 0.02; done; echo done')],
      });
      await live.ready('talking');
      const followed = live.logs('talking', undefined, { follow: true });
      const ref = { namespace: 'default', name: 'talking' };
      expect(live.node.usage(ref).get('main')?.memoryBytes).toBeGreaterThan(100_000);
      const stdout = new PassThrough();
      const said = stdout.setEncoding('utf8').toArray();
      const stdin = new PassThrough();
      stdin.end('in');
      const { exitCode } = await live.node.exec(ref, undefined, ['sh', '-c', 'cat; hostname; touch go; exit 5'], {
        stdin,
        stdout,
      });
      stdout.end();
      expect(exitCode).toBe(5);
      const hostname = live.node.isolation === 'namespaces' ? 'talking\n' : expect.anything();
      expect((await said).join('').slice(2)).toEqual(hostname);
      expect(await followed).toMatch(/^here\n.*\ndone\n$/s);
      await live.ended('talking');
    },
    TIMEOUT,
  );

  test(
    'deletion is graceful, then final, and leaves nothing',
    async () => {
      const script = 'trap "echo bye; exit 0" TERM; echo $$ > pid; while :; do sleep 0.05; done';
      const stubborn = 'trap "" TERM; sleep 1000 & echo $! > child; setsid sleep 1001 & while :; do sleep 0.05; done';
      await live.run('polite', { containers: [shell(script)], terminationGracePeriodSeconds: 20 });
      const { metadata } = await live.run('stubborn', {
        containers: [shell(stubborn)],
        terminationGracePeriodSeconds: 1,
      });
      await Promise.all([live.ready('polite'), live.ready('stubborn')]);
      const child = join(live.folder, 'pods', metadata.uid ?? '', 'child');
      while (!existsSync(child)) await pause(10);
      const pid = Number(readFileSync(child, 'utf8'));
      const followed = live.logs('polite', undefined, { follow: true });
      await live.client.delete(POD, { namespace: 'default', name: 'polite' });
      await live.client.delete(POD, { namespace: 'default', name: 'stubborn' });
      await Promise.all([live.gone('polite', 15_000), live.gone('stubborn')]);
      expect(await followed).toBe('bye\n');
      expect(isAlive(pid)).toBe(false);
      while (existsSync(join(live.folder, 'pods', metadata.uid ?? ''))) await pause(10);
    },
    TIMEOUT,
  );

  test(
    'a volume over the folder that holds all volumes hides none of them',
    async () => {
      if (live.node.isolation !== 'namespaces') return;
      await live.run('hidden', {
        volumes: [
          { name: 'tmp', emptyDir: {} },
          { name: 'more', emptyDir: {} },
        ],
        containers: [
          {
            ...shell('echo x > /tmp/deep/er/f && ls /tmp && cat deep/er/f'),
            workingDir: '/tmp',
            volumeMounts: [
              { name: 'more', mountPath: '/tmp/deep/er' },
              { name: 'tmp', mountPath: '/tmp' },
            ],
          },
        ],
      });
      await live.ended('hidden');
      expect(await live.logs('hidden')).toBe('deep\nx\n');
    },
    TIMEOUT,
  );

  test(
    'a deadline ends a pod by signal',
    async () => {
      await live.run('late', { activeDeadlineSeconds: 1, containers: [{ name: 'main', command: ['sleep', '100'] }] });
      const pod = await live.ended('late');
      expect(pod.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
      expect(statusOf(pod).state?.terminated?.exitCode).toBe(143);
    },
    TIMEOUT,
  );

  test(
    'hooks, sidecars and probes by command',
    async () => {
      await live.run('hooked', {
        volumes: [{ name: 'd', emptyDir: {} }],
        initContainers: [
          {
            ...shell('trap "exit 0" TERM; touch side; while :; do sleep 0.05; done', 'side'),
            restartPolicy: 'Always',
            startupProbe: { exec: { command: ['test', '-e', 'side'] }, timeoutSeconds: 100, failureThreshold: 100 },
          },
        ],
        containers: [
          {
            ...shell('until [ -e started ]; do sleep 0.02; done; [ -e side ] && echo with side'),
            lifecycle: { postStart: { exec: { command: ['touch', 'started'] } } },
            terminationMessagePolicy: 'FallbackToLogsOnError',
          },
        ],
      });
      const pod = await live.ended('hooked');
      expect(pod.status?.phase).toBe('Succeeded');
      expect(await live.logs('hooked')).toBe('with side\n');
      expect(statusOf(pod, 'side').state?.terminated).toMatchObject({ exitCode: 0 });
    },
    TIMEOUT,
  );

  test(
    'a liveness probe that fails restarts the container',
    async () => {
      await live.run('sick', {
        restartPolicy: 'OnFailure',
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            ...shell('[ -e well ] && exit 0; touch well; sleep 1000'),
            livenessProbe: { exec: { command: ['false'] }, failureThreshold: 2, periodSeconds: 1, timeoutSeconds: 100 },
          },
        ],
      });
      const pod = await live.ended('sick');
      expect(statusOf(pod)).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137 } } });
    },
    TIMEOUT,
  );

  test.each([
    [
      'a program that is missing',
      { name: 'main', command: ['no-such-program'] },
      128,
      'StartError',
      'executable file not found',
    ],
    [
      'a fall back to the output',
      { ...shell('echo why; exit 9'), terminationMessagePolicy: 'FallbackToLogsOnError' },
      9,
      'Error',
      'why\n',
    ],
    ['a signal', shell('kill -9 $$$$'), 137, 'Error', ''],
  ])(
    '%s',
    async (title, container, exitCode, reason, message) => {
      const name = title.replaceAll(' ', '-');
      await live.run(name, { containers: [container] });
      const { terminated } = statusOf(await live.ended(name)).state ?? {};
      expect(terminated).toMatchObject({ exitCode, reason });
      expect(terminated?.message ?? '').toContain(message);
    },
    TIMEOUT,
  );

  test(
    'what cannot be given is refused by name, and given as soon as it can',
    async () => {
      await live.run('needy', {
        volumes: [{ name: 'later', configMap: { name: 'later' } }],
        containers: [
          {
            ...shell('cat later/x'),
            volumeMounts: [{ name: 'later', mountPath: join(images, 'later') }],
            workingDir: images,
          },
        ],
      });
      const grpc = { readinessProbe: { grpc: { port: 1 } } };
      await live.run('grpc', { containers: [{ ...shell('true'), ...grpc }] });
      const refused = (name: string, text: string) =>
        live.until(name, (pod) => statusOf(pod)?.state?.waiting?.message?.includes(text) ?? false);
      await refused('needy', 'configmap "later" not found');
      await expect(live.logs('needy')).rejects.toMatchObject({
        code: 400,
        message: expect.stringContaining('container "main" in pod "needy" is waiting to start'),
      });
      await expect(live.logs('nobody')).rejects.toMatchObject({ code: 404 });
      await refused('grpc', 'has no grpc probes (readinessProbe)');
      await live.create(CONFIG_MAP, 'later', { data: { x: 'found' } });
      await live.ended('needy');
      expect(await live.logs('needy')).toBe('found');
      const events = (await live.client.list(EVENT, { namespace: 'default' })).items as unknown as { reason: string }[];
      expect(events.map(({ reason }) => reason)).toEqual(
        expect.arrayContaining(['FailedMount', 'Started', 'HostEnvironment']),
      );
    },
    TIMEOUT,
  );
});

test(
  'images map by a file that may change, and pods outlive the node in the API',
  async () => {
    const first = await LiveNode.start();
    const file = join(first.folder, 'images.yaml');
    writeFileSync(file, 'images: []\n');
    await first.node.close();
    const { client, folder } = first;
    const { startProcessNode } = await import('../../../src/embedded/node/process-node.ts');
    const options = { client, dataDir: folder, images: file, settings: { retryBaseMs: 50, restartBaseMs: 50 } };
    const node = await startProcessNode(options);
    try {
      await node.ready;
      await first.run('mapped', {
        restartPolicy: 'Always',
        containers: [{ name: 'main', image: 'tools:1', args: ['100'] }],
      });
      const waiting = await first.until(
        'mapped',
        (pod) => statusOf(pod)?.state?.waiting?.reason === 'ImagePullBackOff',
      );
      expect(statusOf(waiting).state?.waiting?.message).toContain(`add "- match: 'tools:1'"`);
      writeFileSync(file, 'images:\n  - match: tools\n    host: true\n    entrypoint: [sleep]\n');
      await first.until('mapped', isReady);
      await expect(startProcessNode(options)).rejects.toThrow('already runs a node');
      await node.close();
      const again = await startProcessNode(options);
      await first.until('mapped', (pod) => isReady(pod) && statusOf(pod).restartCount === 1);
      await again.close();
    } finally {
      await first.stop();
    }
  },
  TIMEOUT,
);

const asNobody = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv') ? test : test.skip;
asNobody(
  'an ordinary user has mounts and names as well, where the kernel allows it',
  async () => {
    const words = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, join(HERE, 'one-pod.ts')];
    const { stdout } = await promisify(execFile)('setpriv', words, { env: { PATH: '/usr/bin:/bin', HOME: '/' } });
    const { isolation, exit, output } = JSON.parse(stdout);
    if (isolation === 'none') return;
    expect(exit).toMatchObject({ exitCode: 0 });
    expect(output).toBe('one\nx\n2\nrest\n');
    expect(existsSync('/srv-of-mine')).toBe(false);
  },
  TIMEOUT,
);

test(
  'what a node that was killed left running is ended by the next one',
  async () => {
    const child = spawn(process.execPath, [join(HERE, 'left-behind.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    const { folder, pid } = JSON.parse(first.toString());
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(pid)).toBe(true);
    const live = await LiveNode.start({ dataDir: folder });
    try {
      while (isAlive(pid)) await pause(10);
      expect(existsSync(join(folder, 'pods'))).toBe(true);
    } finally {
      await live.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  TIMEOUT,
);

test(
  'a path that is neither mounted nor mentioned is warned of',
  async () => {
    const live = await LiveNode.start({ isolation: 'none' });
    try {
      const volumeMounts = [
        { name: 'd', mountPath: '/named' },
        { name: 'd', mountPath: '/unnamed' },
      ];
      await live.run('blind', {
        volumes: [{ name: 'd', emptyDir: {} }],
        containers: [{ ...shell('ls /named'), volumeMounts }],
      });
      await live.ended('blind');
      const notes = async () => {
        const { items } = await live.client.list(EVENT, { namespace: 'default' });
        return (items as unknown as { reason: string; note: string }[]).map(({ reason, note }) => `${reason} ${note}`);
      };
      const expected = [/^PathsSubstituted \/named: /, /^PathsNotProvided \/unnamed: /].map((form) =>
        expect.stringMatching(form),
      );
      expect(await notes()).toEqual(expect.arrayContaining(expected));
    } finally {
      await live.stop();
    }
  },
  TIMEOUT,
);

test(
  'an image may be left to Docker',
  async () => {
    const live = await LiveNode.start({ images: { images: [{ match: 'nginx', docker: true }] } });
    const before = process.env.PATH;
    const said = join(live.folder, 'said');
    const stub = [
      '#!/bin/sh',
      'case $1 in',
      `run) printf '%s\\n' "$*" "$COLOUR" >> ${said}; trap 'echo stopped; exit 143' TERM; echo up; while :; do sleep 0.02; done;;`,
      `exec) shift 2; exec "$@";;`,
      'esac',
    ];
    writeFileSync(join(live.folder, 'docker'), stub.join('\n'), { mode: 0o755 });
    try {
      process.env.PATH = `${live.folder}:${before}`;
      const container = { name: 'main', image: 'nginx:1', args: ['-g'], env: [{ name: 'COLOUR', value: 'red' }] };
      await live.run('boxed', { containers: [{ ...container, readinessProbe: { exec: { command: ['true'] } } }] });
      await live.ready('boxed');
      const followed = live.logs('boxed', undefined, { follow: true });
      await live.client.delete(POD, { namespace: 'default', name: 'boxed' });
      await live.gone('boxed');
      expect(await followed).toBe('up\nstopped\n');
      expect(readFileSync(said, 'utf8')).toMatch(/^run --rm --name .*-main-0 .* --env COLOUR nginx:1 -g\nred\n$/);
    } finally {
      process.env.PATH = before;
      await live.stop();
    }
  },
  TIMEOUT,
);
