import { readFileSync } from 'node:fs';
import { CONFIG_MAP } from '../../src/api/kinds.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';
import type { JobShape, JobUnderTest } from './pytorch-job.ts';
import { podLog } from './training-log.ts';

const PROGRAM = 'docs/examples/checkpoint/train.py';

/** What makes a job run the documented program, slowly enough to be disturbed, with a claim of its own for checkpoints. */
export async function checkpointShape(api: Api, namespace: string, image: string, epochs: number): Promise<JobShape> {
  await api.create(CONFIG_MAP, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'train', namespace },
    data: { 'train.py': readFileSync(PROGRAM, 'utf8') },
  } as never);
  return {
    restartPolicy: 'ExitCode',
    runPolicy: { backoffLimit: 2, checkpoint: { claim: { size: '64Mi' }, gracePeriodSeconds: 5 } },
    pod: { tolerations: [], volumes: [{ name: 'script', configMap: { name: 'train' } }] },
    container: {
      image,
      imagePullPolicy: 'IfNotPresent',
      command: ['python3', '/script/train.py'],
      volumeMounts: [{ name: 'script', mountPath: '/script' }],
      env: [
        { name: 'EPOCHS', value: String(epochs) },
        { name: 'PAUSE_SECONDS', value: '0.5' },
      ],
    },
  };
}

const PATIENT = { timeoutMs: 240_000, everyMs: 200 };

/** Waits until an attempt has ended an epoch, this one or a later one; resolves to the log so far. */
export const trained = (job: JobUnderTest, attempt: number, epoch: number): Promise<string> =>
  eventually(
    `epoch ${epoch} of attempt ${attempt}`,
    async () => {
      const log = await podLog(job.api, job.namespace, `${job.name}-master-0`);
      const done = [...log.matchAll(/^attempt=(\d+) epoch=(\d+) $/gm)];
      return done.some((line) => Number(line[1]) === attempt && Number(line[2]) >= epoch) && log;
    },
    PATIENT,
  );

/** The epoch after which a pod of an attempt says that it goes on; 0 when it says that it begins. */
export async function resumedAfter(job: JobUnderTest, pod: string, attempt: number): Promise<number> {
  const log = await podLog(job.api, job.namespace, pod);
  const line = new RegExp(`^attempt=${attempt} rank=\\d+ (?:begins|resumed after epoch=(\\d+))$`, 'm').exec(log);
  if (!line) throw new Error(`${pod} does not say how attempt ${attempt} began: ${log}`);
  return Number(line[1] ?? 0);
}
