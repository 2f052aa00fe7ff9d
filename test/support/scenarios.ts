import { SERVICE } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';
import type { Scenario } from './fault-rig.ts';
import { JobUnderTest, pytorchJob } from './pytorch-job.ts';

const PATIENT = { timeoutMs: 40_000 };

/** Four pods run and end, and the pods that still ran are cleaned up. */
export const success = (api: Api): Scenario => ({
  name: 'success',
  async run(namespace) {
    const job = await JobUnderTest.create(
      api,
      pytorchJob(namespace, 'j', { worker: 3, runPolicy: { cleanPodPolicy: 'Running' } }),
    );
    await eventually(
      'four running pods',
      async () => (await job.pods()).filter((pod) => pod.status.phase === 'Running').length === 4,
      PATIENT,
    );
    await job.condition('Running', 'True', PATIENT);
    await job.exit('j-master-0', 0);
    await job.condition('Succeeded', 'True', PATIENT);
    await eventually(
      'the running pods and the Service to be gone',
      async () => (await job.podNames()).length === 1 && (await api.list(SERVICE, namespace)).length === 0,
      PATIENT,
    );
  },
});

/** The pods of a job of any kind run, all of them end well, and everything it had is cleaned away. */
export const completion = (
  api: Api,
  pods: number,
  jobIn: (namespace: string) => KubeObject,
  ends: (pod: string) => boolean = () => true,
): Scenario => ({
  name: 'completion',
  async run(namespace) {
    const job = await JobUnderTest.create(api, jobIn(namespace));
    const running = await job.running(pods, PATIENT);
    await job.condition('Running', 'True', PATIENT);
    for (const name of running.map(({ metadata }) => metadata.name ?? '').filter(ends)) await job.exit(name, 0);
    await job.condition('Succeeded', 'True', PATIENT);
    await eventually(
      'the pods and the Service to be gone',
      async () => (await job.podNames()).length === 0 && (await api.list(SERVICE, namespace)).length === 0,
      PATIENT,
    );
  },
});

/** A worker ends with a retryable code and is replaced; then the job succeeds. */
export const restart = (api: Api): Scenario => ({
  name: 'restart',
  async run(namespace) {
    const job = await JobUnderTest.create(api, pytorchJob(namespace, 'j', { worker: 2, restartPolicy: 'ExitCode' }));
    const all = async () => {
      const pods = await job.pods();
      return pods.length === 3 && pods.every((pod) => pod.status.phase === 'Running') && pods;
    };
    const before = await eventually('three running pods', all, PATIENT);
    await job.condition('Running', 'True', PATIENT);
    await job.exit('j-worker-0', 137);
    await eventually(
      'a replaced worker',
      async () => {
        const pods = await all();
        return pods && pods[1]?.metadata.uid !== before[1]?.metadata.uid;
      },
      PATIENT,
    );
    await job.condition('Running', 'True', PATIENT);
    await job.exit('j-master-0', 0);
    await job.condition('Succeeded', 'True', PATIENT);
  },
});

/** A worker of a job that restarts as a whole fails, and all pods are made anew; then the job succeeds. */
export const wholeRestart = (api: Api): Scenario => ({
  name: 'restart as a whole',
  async run(namespace) {
    const job = await JobUnderTest.create(
      api,
      pytorchJob(namespace, 'j', {
        worker: 1,
        restartPolicy: 'OnFailure',
        runPolicy: { restartScope: 'Job', backoffLimit: 1 },
      }),
    );
    await job.running(2, PATIENT);
    await job.condition('Running', 'True', PATIENT);
    await job.exit('j-worker-0', 1);
    await eventually(
      'two pods of the second attempt',
      async () => {
        const pods = await job.pods();
        const second = pods.filter(({ metadata }) => metadata.labels?.['armature.dev/attempt'] === '2');
        return second.length === 2 && second.every((pod) => pod.status.phase === 'Running');
      },
      PATIENT,
    );
    await job.condition('Running', 'True', PATIENT);
    await job.exit('j-master-0', 0);
    await job.condition('Succeeded', 'True', PATIENT);
  },
});

/** A running job is suspended, and resumed. */
export const suspendResume = (api: Api): Scenario => ({
  name: 'suspend and resume',
  async run(namespace) {
    const job = await JobUnderTest.create(api, pytorchJob(namespace, 'j', { worker: 2 }));
    await eventually(
      'three running pods',
      async () => (await job.pods()).filter((pod) => pod.status.phase === 'Running').length === 3,
      PATIENT,
    );
    await job.condition('Running', 'True', PATIENT);
    await job.suspend(true);
    await job.condition('Suspended', 'True', PATIENT);
    await eventually(
      'nothing to be left',
      async () => (await job.podNames()).length === 0 && (await api.list(SERVICE, namespace)).length === 0,
      PATIENT,
    );
    await job.suspend(false);
    await job.condition('Suspended', 'False', PATIENT);
    await eventually(
      'three running pods again',
      async () => (await job.pods()).filter((pod) => pod.status.phase === 'Running').length === 3,
      PATIENT,
    );
    await job.condition('Running', 'True', PATIENT);
    await eventually(
      'both workers to be counted',
      async () => (await job.read()).status.replicaStatuses?.Worker?.active === 2,
      PATIENT,
    );
  },
});
