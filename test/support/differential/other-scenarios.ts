import { jaxJob, jobWith } from '../pytorch-job.ts';
import { type Act, evicted, exits, restarted, type Scenario, suspended, withServicePerPod } from './scenario.ts';

type Shape = Parameters<typeof jobWith>[3];
type Counts = Parameters<typeof jobWith>[2];

const of =
  (kind: Parameters<typeof jobWith>[0]) =>
  (name: string, counts: Counts, shape: Shape = {}, ...acts: readonly Act[]): Scenario => ({
    name,
    job: (namespace, own) => jobWith(kind, { namespace, name: own }, counts, shape),
    acts,
  });
const tf = of('TFJob');
const xgb = of('XGBoostJob');
const paddle = of('PaddleJob');
const jax = (name: string, shape: Parameters<typeof jaxJob>[2], ...acts: readonly Act[]): Scenario => ({
  name,
  job: (namespace, own) => jaxJob(namespace, own, shape),
  acts,
});

const port = (name: string, containerPort: number) => ({ container: { ports: [{ name, containerPort }] } });

const WHOLE = { Chief: 1, PS: 2, Worker: 2, Evaluator: 1 };

const TENSORFLOW_SCENARIOS: readonly Scenario[] = [
  tf('tf-whole', WHOLE, { runPolicy: { cleanPodPolicy: 'Running' } }, exits(0, 'chief-0')),
  withServicePerPod(tf('tf-whole', WHOLE, {}, exits(0, 'worker-1'), exits(0, 'chief-0'))),
  withServicePerPod(tf('tf-master', { Master: 1, Worker: 1 }, {}, exits(0, 'master-0'))),
  withServicePerPod(tf('tf-one', { Worker: 1 }, {}, exits(0, 'worker-0'))),
  withServicePerPod(tf('tf-workers', { Worker: 3 }, {}, exits(0, 'worker-1'), exits(0, 'worker-0'))),
  tf('tf-all', { Worker: 2 }, { spec: { successPolicy: 'AllWorkers' } }, exits(0, 'worker-0'), exits(0, 'worker-1')),
  tf('tf-dynamic', { PS: 2, Worker: 2, Chief: 1 }, { spec: { enableDynamicWorker: true } }, exits(1, 'worker-1')),
  withServicePerPod(tf('tf-dynamic', { PS: 2, Worker: 2, Evaluator: 1 }, { spec: { enableDynamicWorker: true } })),
  withServicePerPod(tf('tf-dynamic-no-ps', { Worker: 2 }, { spec: { enableDynamicWorker: true } })),
  withServicePerPod(tf('tf-lower', { worker: 1, ps: 1 })),
  withServicePerPod(tf('tf-port', { Worker: 2 }, port('tfjob-port', 4000))),
  withServicePerPod(tf('tf-two-ports', { Worker: 2 }, port('debug', 9229))),
  withServicePerPod(
    tf('tf-sidecar', { Worker: 2 }, { pod: { initContainers: [{ name: 'fetch', image: 'example.org/fetch:1' }] } }),
  ),
  tf('tf-never', { Chief: 1, Worker: 2 }, {}, exits(1, 'worker-0')),
  tf('tf-code-again', { PS: 1, Worker: 2 }, { restartPolicy: 'ExitCode' }, exits(130, 'ps-0'), exits(0, 'worker-0')),
  tf('tf-code-final', { PS: 1, Worker: 2 }, { restartPolicy: 'ExitCode' }, exits(2, 'ps-0')),
  tf('tf-evicted', { Worker: 2 }, { restartPolicy: 'OnFailure' }, evicted('worker-1')),
  tf('tf-suspended', { Chief: 1, Worker: 1 }, { runPolicy: { suspend: true } }, suspended(false), suspended(true)),
];

const XGBOOST_SCENARIOS: readonly Scenario[] = [
  xgb('xgb-three', { Master: 1, Worker: 2 }, {}, exits(0, 'master-0')),
  withServicePerPod(xgb('xgb-three', { Master: 1, Worker: 2 }, {}, exits(0, 'worker-1'), exits(0, 'master-0'))),
  withServicePerPod(xgb('xgb-one', { Master: 1 }, port('xgboostjob-port', 4001), exits(0, 'master-0'))),
  xgb('xgb-never', { Master: 1, Worker: 2 }, {}, exits(1, 'worker-1')),
  xgb('xgb-evicted', { Master: 1, Worker: 1 }, { restartPolicy: 'OnFailure' }, evicted('worker-0')),
  xgb('xgb-code', { Master: 1, Worker: 1 }, { restartPolicy: 'ExitCode' }, exits(137, 'worker-0')),
  xgb(
    'xgb-backoff',
    { Master: 1, Worker: 1 },
    { restartPolicy: 'OnFailure', runPolicy: { backoffLimit: 1 } },
    restarted('worker-0', 1),
  ),
  xgb('xgb-suspended', { Master: 1, Worker: 1 }, {}, suspended(true), suspended(false)),
];

const ELASTIC = { elasticPolicy: { minReplicas: 1, maxReplicas: 3, maxRestarts: 2 } };

const PADDLE_SCENARIOS: readonly Scenario[] = [
  paddle('pd-workers', { Worker: 2 }, {}, exits(0, 'worker-0'), exits(0, 'worker-1')),
  withServicePerPod(paddle('pd-workers', { Worker: 2 }, {}, exits(0, 'worker-1', 'worker-0'))),
  withServicePerPod(paddle('pd-master', { Master: 1, Worker: 2 }, {}, exits(0, 'master-0'))),
  withServicePerPod(paddle('pd-masters', { Master: 2, Worker: 1 }, port('master', 4002), exits(0, 'master-1'))),
  withServicePerPod(paddle('pd-one', { Worker: 1 }, { container: { env: [{ name: 'PADDLE_NNODES', value: '7' }] } })),
  paddle('pd-elastic', { Worker: 2 }, { spec: ELASTIC }, exits(0, 'worker-0')),
  paddle('pd-never', { Worker: 2 }, { restartPolicy: 'Never' }, exits(1, 'worker-1')),
  paddle('pd-evicted', { Worker: 2 }, {}, evicted('worker-0')),
  paddle('pd-suspended', { Worker: 2 }, {}, suspended(true), suspended(false)),
];

const JAX_SCENARIOS: readonly Scenario[] = [
  jax('jax-three', { worker: 3 }, exits(0, 'worker-0'), exits(0, 'worker-1', 'worker-2')),
  withServicePerPod(jax('jax-three', { worker: 3 }, exits(0, 'worker-0', 'worker-1', 'worker-2'))),
  withServicePerPod(jax('jax-port', { worker: 1, ...port('jaxjob-port', 4003) })),
  jax('jax-never', { worker: 2 }, exits(1, 'worker-1')),
  jax('jax-code', { worker: 2, restartPolicy: 'ExitCode' }, exits(143, 'worker-1')),
  jax('jax-suspended', { worker: 2, runPolicy: { suspend: true } }, suspended(false)),
];

export const OTHER_SCENARIOS: readonly Scenario[] = [
  ...TENSORFLOW_SCENARIOS,
  ...XGBOOST_SCENARIOS,
  ...PADDLE_SCENARIOS,
  ...JAX_SCENARIOS,
];
