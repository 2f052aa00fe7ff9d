import { describe, expect, test } from '@jest/globals';
import { JAX_JOB, PYTORCH_JOB, TOKEN_REVIEW, TRAIN_JOB } from '../../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import { ApiError, type KubeClient } from '../../../src/runtime/client.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { reportPath, targetOf } from '../../../src/training/progress/address.ts';
import { progressSamples } from '../../../src/training/progress/gauges.ts';
import { progressHandler } from '../../../src/training/progress/handler.ts';
import { withProgressServer } from '../../../src/training/progress/injection.ts';
import { readPost } from '../../../src/training/progress/post.ts';
import { mayReport } from '../../../src/training/progress/reporter.ts';
import { progressOfStatus } from '../../../src/training/progress/status.ts';
import { HandEnvironment } from '../../runtime/hand-environment.ts';

const NOW = '2026-11-21T10:00:00Z';
const DIGITS = { kind: PYTORCH_JOB, namespace: 'team', name: 'digits' };
const PATH = '/apis/kubeflow.org/v1/namespaces/team/pytorchjobs/digits/status';
const AUDIENCE = PATH.replace('/apis/', '');
const GOOD = {
  authenticated: true,
  audiences: [AUDIENCE],
  user: {
    username: 'system:serviceaccount:team:default',
    extra: { 'authentication.kubernetes.io/pod-name': ['digits-master-0'] },
  },
};
const STATUS = {
  progressPercentage: 42,
  estimatedRemainingSeconds: 120,
  metrics: [{ name: 'loss', value: '0.31' }],
  lastUpdatedTime: NOW,
};
const body = (trainerStatus: unknown) => JSON.stringify({ trainerStatus });

describe('what may be posted', () => {
  test('all that is documented, and nothing else', () => {
    expect(readPost(body({ ...STATUS, extra: 1, lastUpdatedTime: '2026-11-21T11:00:00.123+01:00' }))).toEqual({
      status: STATUS,
    });
    expect(readPost('{}')).toEqual({});
    expect(readPost(body(null))).toEqual({});
    expect(readPost(body({ progressPercentage: null, lastUpdatedTime: NOW }))).toEqual({
      status: { lastUpdatedTime: NOW },
    });
  });

  test.each([
    ['', 'Invalid payload'],
    ['[]', 'Invalid payload'],
    [body('done'), 'trainerStatus must be an object'],
    [body({ ...STATUS, progressPercentage: 101 }), 'progressPercentage: Invalid value: 101'],
    [body({ ...STATUS, progressPercentage: -1 }), 'from 0 to 100'],
    [body({ ...STATUS, progressPercentage: '42' }), 'progressPercentage: Invalid value: "42"'],
    [body({ ...STATUS, estimatedRemainingSeconds: 1.5 }), 'estimatedRemainingSeconds: Invalid value: 1.5'],
    [body({ ...STATUS, metrics: {} }), 'metrics must be a list'],
    [body({ ...STATUS, metrics: Array(257).fill({ name: 'a', value: '1' }) }), 'at most 256'],
    [
      body({
        ...STATUS,
        metrics: [
          { name: 'a', value: '1' },
          { name: 'a', value: 1 },
        ],
      }),
      'metrics[1]',
    ],
    [body({ ...STATUS, metrics: [{ name: 'a'.repeat(65), value: '1' }] }), 'metrics[0]'],
    [body({ progressPercentage: 1 }), 'lastUpdatedTime is required'],
    [body({ lastUpdatedTime: 'today' }), 'RFC 3339'],
  ])('%s is refused', (text, problem) => {
    expect(readPost(text).problem).toContain(problem);
  });
});

describe('who may report', () => {
  test('a pod of the namespace, with a token for the job', () => {
    expect(mayReport(GOOD, DIGITS)).toBe(true);
    expect(mayReport(undefined, DIGITS)).toBe(false);
    expect(mayReport({ ...GOOD, authenticated: false }, DIGITS)).toBe(false);
    expect(mayReport({ ...GOOD, audiences: ['https://kubernetes.default.svc'] }, DIGITS)).toBe(false);
    expect(mayReport({ ...GOOD, audiences: [] }, DIGITS)).toBe(false);
    expect(mayReport(GOOD, { ...DIGITS, name: 'other' })).toBe(false);
    const user = (username: string) => ({ ...GOOD, user: { ...GOOD.user, username } });
    expect(mayReport(user('system:serviceaccount:team2:default'), DIGITS)).toBe(false);
    expect(mayReport(user('team'), DIGITS)).toBe(false);
    expect(mayReport({ ...GOOD, user: { username: GOOD.user.username } }, DIGITS)).toBe(false);
  });

  test('paths name a job of a known kind, or nothing', () => {
    expect(targetOf(PATH, [PYTORCH_JOB])).toEqual(DIGITS);
    expect(reportPath(DIGITS)).toBe(PATH);
    expect(reportPath({ ...DIGITS, kind: TRAIN_JOB })).toBe(
      '/apis/trainer.kubeflow.org/v1alpha1/namespaces/team/trainjobs/digits/status',
    );
    for (const path of ['/', `${PATH}/`, PATH.replace('digits', '..'), PATH.replace('pytorchjobs', 'pods')])
      expect(targetOf(path, [PYTORCH_JOB])).toBeUndefined();
    expect(targetOf(PATH, [JAX_JOB])).toBeUndefined();
  });
});

describe('the handler', () => {
  interface Call {
    readonly what: string;
    readonly kind: Kind;
    readonly body: unknown;
    readonly options?: unknown;
  }

  function server(review: unknown = GOOD, refusal?: ApiError) {
    const calls: Call[] = [];
    const environment = new HandEnvironment();
    const client = {
      create: async (kind: Kind, object: KubeObject) => {
        calls.push({ what: 'create', kind, body: object });
        return { ...object, status: review };
      },
      patch: async (kind: Kind, _ref: unknown, _type: string, object: unknown, options: unknown) => {
        calls.push({ what: 'patch', kind, body: object, options });
        if (refusal) throw refusal;
        return object;
      },
    } as unknown as KubeClient;
    const handle = progressHandler({ client, environment, log: silentLogger, kinds: [PYTORCH_JOB] });
    const post = (text = body(STATUS), more: object = {}) =>
      handle({ method: 'POST', path: PATH, authorization: 'Bearer t0', body: async () => text, ...more });
    return { calls, environment, post };
  }

  test('writes what a pod reports, under a name of its own, and echoes it', async () => {
    const { calls, post } = server();
    expect(await post()).toEqual({ code: 200, body: { trainerStatus: STATUS } });
    expect(calls[0]).toMatchObject({
      kind: TOKEN_REVIEW,
      body: { spec: { token: 't0', audiences: [AUDIENCE] } },
    });
    expect(calls[1]).toMatchObject({
      what: 'patch',
      body: {
        apiVersion: 'kubeflow.org/v1',
        kind: 'PyTorchJob',
        // By the server's clock.
        status: { trainerStatus: STATUS, lastProgressTime: '1970-01-01T00:16:40Z' },
      },
      options: { subresource: 'status', fieldManager: 'trainer-status', force: true },
    });
  });

  test('nothing reported is nothing written', async () => {
    const { calls, post } = server();
    expect(await post('{}')).toEqual({ code: 200, body: {} });
    expect(calls.map(({ what }) => what)).toEqual(['create']);
  });

  test('asks about a token once a minute, not at each post', async () => {
    const { calls, environment, post } = server();
    for (let i = 0; i < 3; i++) await post();
    expect(calls.filter(({ what }) => what === 'create')).toHaveLength(1);
    await environment.pass(61_000);
    await post();
    expect(calls.filter(({ what }) => what === 'create')).toHaveLength(2);
  });

  test('refuses: whom it does not know, other paths and methods, bad reports, too much', async () => {
    const stranger = server({ authenticated: false });
    expect(await stranger.post()).toMatchObject({ code: 403, body: { reason: 'Forbidden', status: 'Failure' } });
    expect(stranger.calls.map(({ what }) => what)).toEqual(['create']);
    const { post, calls } = server();
    expect(await post(undefined, { authorization: 'Basic x' })).toMatchObject({ code: 403 });
    expect(await post(undefined, { authorization: undefined })).toMatchObject({ code: 403 });
    expect(await post(undefined, { method: 'GET' })).toMatchObject({ code: 404 });
    expect(await post(undefined, { path: '/' })).toMatchObject({ code: 404 });
    expect(calls).toEqual([]);
    expect(await post(body({ ...STATUS, progressPercentage: 400 }))).toMatchObject({
      code: 422,
      body: { reason: 'Invalid' },
    });
    const tooLarge = { body: () => Promise.reject(new RangeError('too large')) };
    expect(await post(undefined, tooLarge)).toMatchObject({ code: 413 });
  });

  test('a job that is not there, and a report that the API server refuses', async () => {
    expect(await server(GOOD, new ApiError(404, 'NotFound', 'x')).post()).toMatchObject({ code: 404 });
    const invalid = await server(GOOD, new ApiError(422, 'Invalid', 'status.x is wrong')).post();
    expect(invalid).toMatchObject({ code: 422, body: { message: 'status.x is wrong' } });
    expect(await server(GOOD, new ApiError(0, 'Unreachable', 'x')).post()).toMatchObject({ code: 500 });
  });

  test('takes five reports of a job at once, and then one a second', async () => {
    const { environment, post } = server();
    const codes = [];
    for (let i = 0; i < 6; i++) codes.push((await post()).code);
    expect(codes).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await post()).toMatchObject({ code: 429, retryAfterSeconds: 1 });
    await environment.pass(1000);
    expect(await post()).toMatchObject({ code: 200 });
  });
});

describe('what pods are told', () => {
  const template = { spec: { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }, { name: 'b' }] } };
  const server = { url: 'https://armature-progress.ns.svc:10443', authority: 'PEM' };

  test("upstream's environment and volume, in every container, and nothing of the author's is changed", () => {
    const told = withProgressServer(template, DIGITS, server);
    const env = [
      { name: 'KUBEFLOW_TRAINER_SERVER_URL', value: `https://armature-progress.ns.svc:10443${PATH}` },
      { name: 'KUBEFLOW_TRAINER_SERVER_CA_CERT', value: '/var/run/secrets/kubeflow/trainer/ca.crt' },
      { name: 'KUBEFLOW_TRAINER_SERVER_TOKEN', value: '/var/run/secrets/kubeflow/trainer/token' },
    ];
    const volumeMounts = [
      { name: 'kubeflow-trainer-token', mountPath: '/var/run/secrets/kubeflow/trainer', readOnly: true },
    ];
    expect(told.spec?.containers).toEqual([
      { name: 'a', env: [{ name: 'X', value: '1' }, ...env], volumeMounts },
      { name: 'b', env, volumeMounts },
    ]);
    expect(told.spec?.volumes).toEqual([
      {
        name: 'kubeflow-trainer-token',
        projected: {
          sources: [
            { serviceAccountToken: { audience: AUDIENCE, expirationSeconds: 3600, path: 'token' } },
            {
              downwardAPI: {
                items: [
                  {
                    path: 'ca.crt',
                    fieldRef: { fieldPath: "metadata.annotations['armature.dev/progress-authority']" },
                  },
                ],
              },
            },
          ],
        },
      },
    ]);
    expect(told.metadata?.annotations).toEqual({ 'armature.dev/progress-authority': 'PEM' });
    expect(withProgressServer(told, DIGITS, server)).toBe(told);
  });
});

describe('what is shown of reports', () => {
  const job = (trainerStatus: object | undefined, conditions: object[] = []): KubeObject => ({
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { namespace: 'team', name: 'digits' },
    status: { conditions, ...(trainerStatus && { trainerStatus }) },
  });
  const labels = { job_namespace: 'team', framework: 'pytorch', job_name: 'digits' };

  test('gauges of a job that is not over: percent, rest, and at most sixteen metrics', () => {
    expect(
      progressSamples('pytorch', job({ ...STATUS, metrics: [...STATUS.metrics, { name: 'x', value: 'n/a' }] })),
    ).toEqual([
      { gauge: 'armature_training_progress_percent', labels, value: 42 },
      { gauge: 'armature_training_remaining_seconds', labels, value: 120 },
      { gauge: 'armature_training_metric', labels: { ...labels, metric: 'loss' }, value: 0.31 },
    ]);
    const metrics = Array.from({ length: 40 }, (_, index) => ({ name: `m${index}`, value: '1' }));
    expect(progressSamples('pytorch', job({ metrics, lastUpdatedTime: NOW }))).toHaveLength(16);
    expect(progressSamples('pytorch', job(undefined))).toEqual([]);
    expect(progressSamples('pytorch', job(STATUS, [{ type: 'Succeeded', status: 'True' }]))).toEqual([]);
  });

  test('the same shape as logs', () => {
    const metrics = [
      { name: 'global_step', value: '42' },
      { name: 'max_steps', value: '100' },
      { name: 'loss', value: '0.5' },
      { name: 'note', value: 'fine' },
    ];
    expect(progressOfStatus({ ...STATUS, metrics })).toEqual({
      step: 42,
      total: 100,
      percent: 42,
      remainingSeconds: 120,
      metrics: { loss: 0.5 },
    });
    expect(progressOfStatus({ lastUpdatedTime: NOW })).toEqual({ metrics: {} });
  });
});
