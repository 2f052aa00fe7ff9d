import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import { drawTrainerKeys } from '../../../src/training/trainer/companions.ts';
import { z85 } from '../../../src/training/trainer/flux-curve.ts';
import { jobsOf, podSpecOf } from '../../../src/training/trainer/layout.ts';
import { entrypointScript, type FluxCluster, initScript } from '../../../src/training/trainer/policies/flux-scripts.ts';
import { problemsOf } from '../../../src/training/trainer/problems.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { job, runtimeSpec, TrainerWorld, trainJob } from './world.ts';

const runtime = (flux: object = {}, container: object = {}) =>
  runtimeSpec({ numNodes: 1, flux }, [job('node', 'trainer', container)]);
const dataOf = (object: KubeObject | undefined) =>
  (object as unknown as { readonly data: Readonly<Record<string, string>> }).data;

function made(spec: Parameters<typeof trainJob>[0], of = runtime()) {
  const world = new TrainerWorld(spec, of);
  world.settle();
  const [pod] = jobsOf(world.jobSet!).map(podSpecOf);
  const scripts = dataOf(world.children.find(({ metadata }) => metadata.name === 'j-flux-entrypoint'));
  return { world, pod: pod!, init: scripts['init.sh']!, entrypoint: scripts['entrypoint.sh']! };
}

describe('what a TrainJob of a Flux runtime becomes', () => {
  test('an init container brings Flux, and the program is handed to it word by word', () => {
    const trainer = { numNodes: 4, command: ['lmp', '-in'], args: ['a file'] };
    const { world, pod } = made({ trainer });
    expect(pod.initContainers).toEqual([
      {
        name: 'flux-installer',
        image: 'ghcr.io/converged-computing/flux-view-ubuntu:tag-jammy',
        command: ['/bin/bash', '/etc/flux-config/init.sh'],
        volumeMounts: [
          { name: 'flux-install', mountPath: '/mnt/flux' },
          { name: 'j-flux-entrypoint', mountPath: '/etc/flux-config', readOnly: true },
        ],
      },
    ]);
    const [container] = pod.containers;
    expect(container?.command).toEqual(['/bin/bash', '/etc/flux-config/entrypoint.sh', 'lmp', '-in', 'a file']);
    expect(container?.args).toBeUndefined();
    expect(container?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/mnt/flux',
      '/etc/flux-config',
      '/opt/software',
      '/curve',
      '/dev/shm',
    ]);
    expect(pod.volumes).toMatchObject([
      { name: 'flux-install', emptyDir: {} },
      { name: 'spack-install', emptyDir: {} },
      { name: 'j-flux-entrypoint', configMap: { name: 'j-flux-entrypoint' } },
      { name: 'shared-memory', emptyDir: { medium: 'Memory' } },
      { name: 'flux-curve', secret: { secretName: 'j-flux-curve-job-uid', defaultMode: 0o400 } },
    ]);
    expect(world.child('Secret')).toMatchObject({
      metadata: { name: 'j-flux-curve-job-uid' },
      type: 'armature.dev/curve-keys',
      immutable: true,
    });
    world.edit({ suspend: true });
    expect(world.plan().children.map(({ kind }) => kind)).not.toContain('Secret');
  });

  test.each([
    ['processes of the runtime', { numNodes: 2 }, { numProcPerNode: 3 }, '-N 2 -n 6 "$@"', '--cores=0-2 >'],
    [
      'processes of the job',
      { numNodes: 2, numProcPerNode: 1 },
      { numProcPerNode: 3 },
      '-N 2 -n 2 "$@"',
      '--cores=0 >',
    ],
    [
      'GPUs',
      { numProcPerNode: 2, resourcesPerNode: { limits: { 'nvidia.com/gpu': 2 } } },
      {},
      '-N 1 -n 2 -g 2 "$@"',
      '--cores=0-1 --gpu=0-1 >',
    ],
  ])('%s', (_title, trainer, flux, share, resources) => {
    const { entrypoint } = made({ trainer }, runtime(flux));
    expect(entrypoint).toContain(`flux run ${share}`);
    expect(entrypoint).toContain(resources);
  });

  test('settings are variables of the container: those of the TrainJob before those of the runtime', () => {
    const env = [
      { name: 'FLUX_VIEW_IMAGE', value: 'view:jammy' },
      { name: 'FLUX_NETWORK_DEVICE', value: 'ens5' },
    ];
    const trainer = { env: [{ name: 'FLUX_VIEW_IMAGE', value: 'view:noble' }] };
    const { pod, init } = made({ trainer }, runtime({}, { env }));
    expect(pod.initContainers?.[0]?.image).toBe('view:noble');
    expect(init).toContain('default_bind = "tcp://ens5:%p"');
    expect(init).toContain('default_connect = "tcp://%h.j:%p"');
    expect(init).toContain('hosts = [{ host = "j-node-0-[0]" }]');
    expect(init).toContain('queue-policy = "fcfs"');
  });

  test('a runtime may not have an init container of that name', () => {
    const taken = runtime();
    podSpecOf(taken.template!.spec!.replicatedJobs![0]!).initContainers = [{ name: 'flux-installer', image: 'mine' }];
    expect(problemsOf(trainJob(), taken)).toEqual([expect.stringContaining("'flux-installer' is reserved")]);
    expect(problemsOf(trainJob(), runtime())).toEqual([]);
  });
});

describe('the pair of keys', () => {
  test('is one of Curve25519 in the form of ZeroMQ, and drawn, not derived', () => {
    expect(z85(Buffer.from('864fd26fb559f75b', 'hex'))).toBe('HelloWorld');
    const secret = made({}).world.child('Secret')!;
    const bytes = Buffer.alloc(32, 7);
    const text = (drawn: KubeObject) => Buffer.from(dataOf(drawn)['curve.cert']!, 'base64').toString();
    const certificate = text(drawTrainerKeys(secret, () => bytes));
    expect(certificate).toContain(`secret-key = "${z85(bytes)}"`);
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), bytes]);
    const { x = '' } = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
      format: 'jwk',
    });
    expect(certificate).toContain(`public-key = "${z85(Buffer.from(x, 'base64url'))}"`);
    expect(text(drawTrainerKeys(secret, () => Buffer.alloc(32, 8)))).not.toBe(certificate);
  });
});

/** Stands in for Flux: says how it was called, and runs what a broker or `flux run` is given. */
const FLUX = `#!/bin/bash
echo "flux $*" >> "$SAID"
case "$1" in
  R) echo resources ;;
  broker)
    shift; [ "$1" = --config-path ] && shift 2
    while [[ "\${1:-}" == -* ]]; do shift; done
    [ $# -gt 0 ] && exec "$@"
    echo again >> "$COUNT"; [ "$(wc -l < "$COUNT")" -ge 2 ] ;;
  run) shift; while [[ "$1" == -* ]]; do shift 2; done; exec "$@" ;;
esac
`;

const CLUSTER: FluxCluster = {
  prefix: 'j-node-0-',
  subdomain: 'j',
  nodes: 2,
  tasksPerNode: 2,
  gpusPerNode: 0,
  networkDevice: 'eth0',
  queuePolicy: 'fcfs',
};

/** The scripts of one pod in a folder in place of its root, with programs that stand in for those of the images. */
class PodOnDisk {
  readonly root = temporaryFolder('flux');
  private readonly host: string;

  constructor(host: string) {
    this.host = host;
    const view = join(this.root, 'opt/views/._view/abc');
    for (const folder of [join(view, 'bin'), join(view, 'lib/python3.11/site-packages')])
      mkdirSync(folder, { recursive: true });
    for (const folder of ['opt/software/flux', 'curve', 'bin']) mkdirSync(join(this.root, folder), { recursive: true });
    this.program(join(view, 'bin/flux'), FLUX);
    this.program(join(view, 'bin/python3.11'), '#!/bin/sh\n');
    this.program(join(this.root, 'bin/sleep'), '#!/bin/sh\n');
    writeFileSync(join(this.root, 'opt/software/flux/lib'), 'binary');
    writeFileSync(join(this.root, 'curve/curve.cert'), 'certificate');
  }

  program(file: string, text: string): void {
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** Runs both scripts, each with a fresh /opt/software as in containers of their own. */
  run(...program: string[]) {
    const script = (name: string, text: string) => {
      const file = join(this.root, name);
      writeFileSync(file, text.replaceAll(/(?<!\w)\/(mnt\/flux|opt\/|curve\b|tmp\/fluxout)/g, `${this.root}/$1`));
      return file;
    };
    const env = {
      HOSTNAME: this.host,
      PATH: `${join(this.root, 'bin')}:${process.env.PATH}`,
      SAID: join(this.root, 'said'),
      COUNT: join(this.root, 'count'),
    };
    execFileSync('bash', [script('init.sh', initScript(CLUSTER))], { env });
    cpSync(join(this.root, 'opt/software'), join(this.root, 'was'), { recursive: true });
    execFileSync('rm', ['-r', join(this.root, 'opt')]);
    mkdirSync(join(this.root, 'opt/software'), { recursive: true });
    return spawnSync('bash', [script('entrypoint.sh', entrypointScript(CLUSTER)), ...program], {
      env,
      encoding: 'utf8',
    });
  }
}

describe('the scripts', () => {
  test('the first pod runs the program under Flux, arguments whole, and ends as it does', () => {
    const pod = new PodOnDisk('j-node-0-0');
    const { status, stdout, stderr } = pod.run('sh', '-c', 'echo "$1|$PYTHONPATH"; exit 3', 'program', 'two words');
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(stdout.trim()).toBe(`two words|${pod.root}/mnt/flux/view/lib/python3.11/site-packages`);
    const [encode, broker, run] = pod.read('said').split('\n');
    expect(encode).toBe('flux R encode --hosts=j-node-0-[0-1] --cores=0-1');
    expect(broker).toContain(`flux broker --config-path ${pod.root}/mnt/flux/config/etc/flux/config -Scron.directory=`);
    expect(run).toMatch(/^flux run -N 2 -n 4 sh -c /);
    expect(pod.read('mnt/flux/config/etc/flux/system/R')).toBe('resources\n');
    expect(pod.read('opt/software/flux/lib')).toBe('binary');
    const certificate = join(pod.root, 'mnt/flux/config/etc/curve/curve.cert');
    expect(statSync(certificate).mode & 0o777).toBe(0o600);
    expect(pod.read('mnt/flux/flux-view.sh')).toContain('export fluxsocket=local://');
  });

  test('another pod tries until its broker ends in order', () => {
    const pod = new PodOnDisk('j-node-0-1');
    const { status, stderr } = pod.run('never', 'run', 'here');
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'the broker ended; trying again in 5 seconds\n' });
    expect(pod.read('count')).toBe('again\nagain\n');
    expect(pod.read('said')).not.toContain('never');
  });

  test('without a program the instance is there to be looked into', () => {
    const pod = new PodOnDisk('j-node-0-0');
    expect(pod.run().status).toBe(1);
    expect(pod.read('said').trim().split('\n').at(-1)).toMatch(/^flux broker .* -Slog-stderr-mode=local$/);
  });
});
