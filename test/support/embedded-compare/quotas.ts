import { POD } from '../../../src/api/kinds.ts';
import { LIMIT_RANGE, RESOURCE_QUOTA } from '../../../src/embedded/builtin/kinds.ts';
import type { Call } from './calls.ts';
import { created, settle, subjectOf, times } from './draw.ts';
import type { Choices } from './random.ts';

/** What a namespace has room for: a ResourceQuota, a LimitRange, and objects that meet them. */

export function quota(c: Choices): Call[] {
  const hard = c.pick<Record<string, string>>([
    { pods: '2' },
    { 'count/pods': '1', 'count/leases.coordination.k8s.io': '2' },
    { 'requests.cpu': '2', 'limits.memory': '2Gi' },
    { cpu: '2', memory: '2Gi', pods: '3' },
    { 'count/jobs.batch': '1', pods: '2' },
    { services: '1', 'count/secrets': '1', 'count/widgets.compare.armature.dev': '1' },
    { 'requests.nvidia.com/gpu': '1', pods: '5' },
  ]);
  const calls: Call[] = [
    {
      verb: 'create',
      kind: RESOURCE_QUOTA,
      body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard } },
    },
    settle,
  ];
  for (let i = 0; i < 6 + c.int(6); i++) {
    if (c.chance(0.25)) {
      const [plural, name] = c.pick([
        ['pods', 'p0'],
        ['pods', 'p1'],
        ['services', 'p2'],
        ['widgets', 'p3'],
        ['secrets', 'p2'],
      ] as const);
      calls.push(
        { verb: 'delete', kind: subjectOf(plural).kind, name, body: { apiVersion: 'v1', kind: 'DeleteOptions' } },
        settle,
      );
    } else if (c.chance(0.6)) calls.push(sizedPod(c, `p${i}`), settle);
    else {
      const subject = subjectOf(c.pick(['services', 'secrets', 'widgets', 'leases', 'jobs']));
      calls.push({ ...created(c, subject, `p${i}`), query: c.chance(0.2) ? { dryRun: 'All' } : {} }, settle);
    }
  }
  return calls;
}

export function limits(c: Choices): Call[] {
  const limit = c.pick<object>([
    { type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m' } },
    { type: 'Container', max: { cpu: '1' } },
    { type: 'Container', min: { cpu: '1', memory: '1Gi' } },
    { type: 'Container', max: { cpu: '2', memory: '2Gi' }, min: { cpu: '100m' }, default: { cpu: '1' } },
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    { type: 'Pod', max: { cpu: '2' } },
    { type: 'Pod', min: { memory: '1Gi' } },
  ]);
  const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits: [limit] } };
  return [
    { verb: 'create', kind: LIMIT_RANGE, body: range },
    settle,
    ...times(4 + c.int(5), () => sizedPod(c, `p${c.int(9)}`)),
  ];
}

function sizedPod(c: Choices, name: string): Call {
  const amounts = (): object => ({
    ...(c.chance(0.5) && { cpu: c.pick(['500m', '1', '3']) }),
    ...(c.chance(0.5) && { memory: c.pick(['512Mi', '1Gi', '3Gi']) }),
  });
  const resources = (): object => ({
    ...(c.chance(0.7) && { requests: amounts() }),
    ...(c.chance(0.4) && { limits: { ...amounts(), ...(c.chance(0.3) && { 'nvidia.com/gpu': '1' }) } }),
  });
  const containers = times(1 + c.int(2), () => 0).map((_, i) => ({
    name: `c${i}`,
    image: 'i:1',
    resources: resources(),
  }));
  const initContainers = c.chance(0.3) ? { initContainers: [{ name: 'i', image: 'i:1', resources: resources() }] } : {};
  const spec = { schedulerName: 'nobody', automountServiceAccountToken: false, containers, ...initContainers };
  return { verb: 'create', kind: POD, body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec } };
}
