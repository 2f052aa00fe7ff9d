import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { CONFIG_MAP } from '../../src/api/kinds.ts';
import type { Api } from './api.ts';
import { armature, type Cluster } from './cluster.ts';
import type { JobShape } from './pytorch-job.ts';

const run = promisify(execFile);

/** Of `npm run image`: the images that it builds besides the controller's. */
export type ImageFlag = '--training' | '--mpi';

/** Builds the images that these flags add (from the cache when nothing changed) and loads them. */
export async function loadImages(cluster: Cluster, flags: readonly ImageFlag[]): Promise<readonly string[]> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, ['scripts/image.ts', ...flags, '--json'], {
    env,
    maxBuffer: 64 << 20,
  });
  const { images } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { images: { name: string; file: string }[] };
  const added = images.slice(1);
  if (added.length === 0) throw new Error(`scripts/image.ts built no image for ${flags.join(' ')}: ${stdout}`);
  for (const { file } of added) await armature('cluster', 'load', file, '--name', cluster.name);
  return added.map(({ name }) => name);
}

/** What makes a job train on digits in that image; the script comes from a ConfigMap, as users bring theirs. */
export async function digitsShape(
  api: Api,
  namespace: string,
  image: string,
  env: Record<string, string> = {},
): Promise<JobShape> {
  const script = readFileSync('images/training-torch/digits.py', 'utf8');
  await api.create(CONFIG_MAP, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'digits', namespace },
    data: { 'digits.py': script },
  } as never);
  return {
    restartPolicy: 'OnFailure',
    pod: { tolerations: [], volumes: [{ name: 'script', configMap: { name: 'digits' } }] },
    container: {
      image,
      imagePullPolicy: 'IfNotPresent',
      command: ['python3', '/script/digits.py'],
      volumeMounts: [{ name: 'script', mountPath: '/script' }],
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
    },
  };
}
