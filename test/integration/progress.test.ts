import { request } from 'node:https';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT, POD, PYTORCH_JOB, TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import { conditionOf, type Kind } from '../../src/api/kube.ts';
import { type Loose, pathOf } from '../support/api.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { sampleOf } from '../support/metrics.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';
import { runtimeOf, TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const port = await freePort();
const platform = usePlatform({
  flags: ['--progress-bind-address', `127.0.0.1:${port}`, '--progress-url', `https://127.0.0.1:${port}`],
});
const TEMPLATE = { spec: { containers: [{ name: 'pytorch', image: 'example.org/train:1' }] } };
const STATUS = {
  progressPercentage: 42,
  estimatedRemainingSeconds: 120,
  metrics: [{ name: 'loss', value: '0.31' }],
  lastUpdatedTime: '2026-11-21T10:00:00Z',
};

const NOBODY = { active: 0, failed: 0, ready: 0, succeeded: 0, suspended: 0 };

interface Answer {
  readonly code: number;
  readonly body: Record<string, unknown>;
}

/** As a program in a pod posts, with what the pod was told and nothing else. */
function post(url: string, ca: string, token: string, body: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = request(
      url,
      {
        method: 'POST',
        ca,
        agent: false,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
          resolve({ code: response.statusCode ?? 0, body: answer });
        });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** A token that the API server makes out, as the kubelet asks for it. */
async function tokenFor(namespace: string, audience: string, pod?: Loose): Promise<string> {
  const bound = pod && { kind: 'Pod', apiVersion: 'v1', name: pod.metadata.name, uid: pod.metadata.uid };
  const spec = { audiences: [audience], expirationSeconds: 3600, ...(bound && { boundObjectRef: bound }) };
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const account: Kind = {
    group: '',
    version: 'v1',
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    namespaced: true,
  };
  return eventually(`a token in ${namespace}`, async () => {
    const { code, text } = await platform.api.raw('POST', pathOf(account, namespace, 'default', 'token'), review);
    return code === 201 ? (JSON.parse(text) as { status: { token: string } }).status.token : undefined;
  });
}

async function submit(namespace: string, name: string, annotations: Record<string, string> = {}): Promise<Loose> {
  await platform.api.create(PYTORCH_JOB, {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { namespace, name, annotations },
    spec: { pytorchReplicaSpecs: { Master: { template: TEMPLATE } } },
  });
  return eventually(`pod of ${name}`, () => platform.api.get(POD, namespace, `${name}-master-0`));
}

interface Told {
  readonly url: string;
  readonly ca: string;
  readonly audience: string;
}

function toldTo({ metadata, spec }: Pick<Loose, 'metadata' | 'spec'>): Told {
  const env = new Map<string, string>(
    spec.containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const volume = spec.volumes.find(({ name }: { name: string }) => name === 'kubeflow-trainer-token');
  const [token, certificate] = volume.projected.sources;
  expect(token.serviceAccountToken).toMatchObject({ expirationSeconds: 3600, path: 'token' });
  const [, annotation = ''] =
    /annotations\['([^']+)'\]/.exec(certificate.downwardAPI.items[0].fieldRef.fieldPath) ?? [];
  expect(env.get('KUBEFLOW_TRAINER_SERVER_TOKEN')).toBe('/var/run/secrets/kubeflow/trainer/token');
  expect(env.get('KUBEFLOW_TRAINER_SERVER_CA_CERT')).toBe('/var/run/secrets/kubeflow/trainer/ca.crt');
  return {
    url: env.get('KUBEFLOW_TRAINER_SERVER_URL') ?? '',
    ca: metadata.annotations?.[annotation] ?? '',
    audience: token.serviceAccountToken.audience,
  };
}

describe('progress that training programs post', () => {
  let namespace = '';
  let pod: Loose;
  let told: Told;

  beforeAll(async () => {
    namespace = await platform.namespace();
    pod = await submit(namespace, 'digits', { 'armature.dev/report-progress': 'true' });
    told = toldTo(pod);
  }, 60_000);

  test('[training 32] with the token of the job it reaches the status and the metrics, and survives other writes', async () => {
    const token = await tokenFor(namespace, told.audience, pod);
    const body = { trainerStatus: STATUS };
    expect(await post(told.url, told.ca, token, body)).toEqual({ code: 200, body });
    const job = await platform.api.get(PYTORCH_JOB, namespace, 'digits');
    expect(job?.status.trainerStatus).toEqual(STATUS);
    const labels = { job_namespace: namespace, framework: 'pytorch', job_name: 'digits' };
    await eventually('the gauges', async () => {
      const metrics = await platform.controller.metrics();
      return (
        sampleOf(metrics, 'armature_training_progress_percent', labels) === 42 &&
        sampleOf(metrics, 'armature_training_metric', { ...labels, metric: 'loss' }) === 0.31
      );
    });
    const next = { ...STATUS, progressPercentage: 43, metrics: [] };
    expect(await post(told.url, told.ca, token, { trainerStatus: next })).toMatchObject({ code: 200 });
    await platform.api.patch(PYTORCH_JOB, namespace, 'digits', { spec: { runPolicy: { suspend: true } } });
    const suspended = await eventually('the suspension', async () => {
      const now = await platform.api.get(PYTORCH_JOB, namespace, 'digits');
      return now?.status.conditions.some(({ type }: { type: string }) => type === 'Suspended') ? now : undefined;
    });
    expect(suspended.status.trainerStatus).toEqual(next);
    await platform.api.delete(PYTORCH_JOB, namespace, 'digits');
    await eventually('the gauges to be gone', async () => {
      const metrics = await platform.controller.metrics();
      return sampleOf(metrics, 'armature_training_progress_percent', labels) === undefined;
    });
  }, 60_000);

  test('[training 32] other namespaces, audiences, accounts without a pod and no tokens at all are refused', async () => {
    const elsewhere = await platform.namespace();
    const stranger = await submit(elsewhere, 'digits');
    const body = { trainerStatus: STATUS };
    const own = await submit(namespace, 'second', { 'armature.dev/report-progress': 'true' });
    const { url, ca, audience } = toldTo(own);
    const tokens = {
      'of another namespace': await tokenFor(elsewhere, audience, stranger),
      'for another job': await tokenFor(namespace, told.audience, own),
      'for the API server': await tokenFor(namespace, 'https://kubernetes.default.svc.cluster.local', own),
      'of no pod': await tokenFor(namespace, audience),
      'made up': 'nonsense',
    };
    for (const [whose, token] of Object.entries(tokens))
      expect([whose, (await post(url, ca, token, body)).code]).toEqual([whose, 403]);
    const job = await platform.api.get(PYTORCH_JOB, namespace, 'second');
    expect(job?.status?.trainerStatus).toBeUndefined();
  }, 60_000);

  test('[training 32] what cannot be is refused by name: a bad percentage, a body too large, a job that is not there', async () => {
    const own = await submit(namespace, 'third', { 'armature.dev/report-progress': 'true' });
    const { url, ca, audience } = toldTo(own);
    const token = await tokenFor(namespace, audience, own);
    const bad = await post(url, ca, token, { trainerStatus: { ...STATUS, progressPercentage: 142 } });
    expect(bad).toMatchObject({ code: 422, body: { reason: 'Invalid', status: 'Failure' } });
    expect(bad.body.message).toContain('progressPercentage');
    const large = { trainerStatus: { ...STATUS, note: 'x'.repeat(70_000) } };
    expect(await post(url, ca, token, large)).toMatchObject({ code: 413 });
    const missing = await tokenFor(namespace, audience.replace('third', 'fourth'), own);
    const gone = await post(url.replace('third', 'fourth'), ca, missing, { trainerStatus: STATUS });
    expect(gone).toMatchObject({ code: 404, body: { reason: 'NotFound' } });
    expect(await post(url, ca, token, {})).toEqual({ code: 200, body: {} });
  }, 60_000);

  test('[training 32] TrainJobs report as upstream has it', async () => {
    await platform.api.create(TRAINING_RUNTIME, runtimeOf('mine', { managedBy: 'example.com/by-hand' }, namespace));
    const wanted = trainJobOf(namespace, 'trained', { runtimeRef: { name: 'mine', kind: 'TrainingRuntime' } });
    const metadata = { ...wanted.metadata, annotations: { 'armature.dev/report-progress': 'true' } };
    const job = await TrainJobUnderTest.create(platform.api, { ...wanted, metadata });
    const jobSet = await job.jobSet();
    const { url, ca, audience } = toldTo(jobSet.spec.replicatedJobs[0].template.spec.template);
    expect(audience).toBe(`trainer.kubeflow.org/v1alpha1/namespaces/${namespace}/trainjobs/trained/status`);
    expect(new URL(url).pathname).toBe(`/apis/${audience}`);
    const token = await tokenFor(namespace, audience, await submit(namespace, 'holder'));
    const body = { trainerStatus: STATUS };
    expect(await post(url, ca, token, body)).toEqual({ code: 200, body });
    await job.report({ replicatedJobsStatus: [{ name: 'node', ...NOBODY, active: 1 }] });
    const seen = await eventually('the counts', async () => {
      const now = await job.get();
      return now?.status?.jobsStatus?.[0]?.active === 1 ? now : undefined;
    });
    expect(seen.status.trainerStatus).toEqual(STATUS);
  }, 60_000);

  test('a job that falls silent is begun anew, and fails at its limit', async () => {
    const runPolicy = { restartScope: 'Job', backoffLimit: 1, progressDeadlineSeconds: 4 };
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'silent', { worker: 1, restartPolicy: 'OnFailure', runPolicy }),
    );
    const reportTo = async (own: Loose): Promise<void> => {
      const { url, ca, audience } = toldTo(own);
      const token = await tokenFor(namespace, audience, own);
      expect(await post(url, ca, token, { trainerStatus: STATUS })).toMatchObject({ code: 200 });
    };
    const [first] = await job.running(2);
    await job.condition('Running');
    for (let report = 0; report < 3; report++) {
      await reportTo(first!);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    expect((await job.pod('silent-master-0')).metadata.uid).toBe(first!.metadata.uid);

    const second = await eventually('the next attempt', async () => {
      const [found] = await job.running(2);
      return found?.metadata.uid !== first!.metadata.uid && found;
    });
    expect(environmentOf(second).ARMATURE_ATTEMPT).toBe('2');
    const status = (await job.condition('Running')).status;
    expect(status.attempt).toEqual({ number: 2, failures: 1 });
    const told = await eventually('the event', async () => {
      const events = await platform.api.list(EVENT, namespace);
      return events.find((event) => (event as Loose & { reason?: string }).reason === 'ProgressStalled');
    });
    expect(told).toMatchObject({
      regarding: { kind: 'PyTorchJob', name: 'silent' },
      note: expect.stringMatching(/^attempt 1 has reported no progress for 4 s \(the last report came at 20.*Z\)$/),
    });

    await reportTo(second);
    const failed = await job.condition('Failed');
    expect(conditionOf(failed, 'Failed')).toMatchObject({
      reason: 'ProgressStalled',
      message: expect.stringContaining('it has reached the specified backoff limit'),
    });
  }, 90_000);

  test('pods of jobs that do not ask for it are as upstream makes them', async () => {
    const plain = await submit(namespace, 'plain');
    expect(plain.metadata.annotations ?? {}).not.toHaveProperty('armature.dev/progress-authority');
    expect(JSON.stringify(plain.spec)).not.toContain('kubeflow-trainer-token');
  }, 30_000);

  test('another controller, and the one after it, are trusted by the pods that are there', async () => {
    const own = await submit(namespace, 'fifth', { 'armature.dev/report-progress': 'true' });
    const { ca, url, audience } = toldTo(own);
    const token = await tokenFor(namespace, audience, own);
    const other = await freePort();
    const successor = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      leaderElect: true,
      flags: ['--progress-bind-address', `127.0.0.1:${other}`, '--progress-url', `https://127.0.0.1:${other}`],
    });
    try {
      const there = url.replace(`:${port}/`, `:${other}/`);
      expect(await post(there, ca, token, { trainerStatus: STATUS })).toMatchObject({ code: 200 });
    } finally {
      await successor.stop();
    }
  }, 60_000);
});
