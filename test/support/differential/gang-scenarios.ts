import { VOLCANO_POD_GROUP } from '../../../src/api/kinds.ts';
import { jobWith, pytorchJob } from '../pytorch-job.ts';
import { type Act, exits, type Scenario, suspended, withServicePerPod } from './scenario.ts';

const RESOURCES = { resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } } };
const POLICY = { minAvailable: 2, queue: 'research', priorityClass: 'high', scheduleTimeoutSeconds: 60 };

const gang = (name: string, job: Scenario['job'], acts: readonly Act[]): Scenario =>
  withServicePerPod({ name, job, acts });

/** @param admission what lets the pods in */
const scenarios = (...admission: readonly Act[]): readonly Scenario[] => [
  gang('gang-plain', (namespace, name) => pytorchJob(namespace, name, { container: RESOURCES }), [
    ...admission,
    exits(0, 'master-0'),
  ]),
  gang(
    'gang-policy',
    (namespace, name) =>
      pytorchJob(namespace, name, {
        container: RESOURCES,
        runPolicy: { schedulingPolicy: { ...POLICY, minResources: { cpu: '3' } } },
      }),
    [...admission, suspended(true)],
  ),
  gang(
    'gang-own',
    (namespace, name) => pytorchJob(namespace, name, { worker: 1, pod: { schedulerName: 'default-scheduler' } }),
    admission,
  ),
  gang(
    'gang-tf',
    (namespace, name) => jobWith('TFJob', { namespace, name }, { PS: 1, Worker: 2 }, { container: RESOURCES }),
    [...admission, exits(0, 'worker-0')],
  ),
];

/** Plays Volcano: the group may start. */
export const admitted: Act = ({ api, namespace, name }) =>
  api.patch(VOLCANO_POD_GROUP, namespace, name, { status: { phase: 'Inqueue' } }, 'status');

export const SCHEDULER_PLUGINS_SCENARIOS: readonly Scenario[] = scenarios();
export const VOLCANO_SCENARIOS: readonly Scenario[] = scenarios(admitted);
