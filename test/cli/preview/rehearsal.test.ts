import { describe, expect, test } from '@jest/globals';
import { POD, PYTORCH_JOB } from '../../../src/api/kinds.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import { rehearse } from '../../../src/cli/preview/rehearsal.ts';
import type { Domain, Plan } from '../../../src/runtime/domain.ts';

const job: KubeObject = { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', metadata: { name: 'job' } };
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'job-0', namespace: 'default' },
  spec: { containers: [{ name: 'main' }] },
};

function domain(plan: Domain['plan']): Domain {
  return { kind: PYTORCH_JOB, owns: [{ kind: POD, update: 'never' }], permissions: [], plan };
}

const phaseOf = (children: readonly KubeObject[]) => (children[0]?.status as { phase?: string } | undefined)?.phase;

describe('rehearse', () => {
  test('tells what happens while pods are created, run and succeed', () => {
    const acts = rehearse(
      domain(({ children }): Plan => {
        const phase = phaseOf(children) ?? 'Pending';
        return phase === 'Succeeded'
          ? { children: [], remove: children.map((object) => ({ object })), removeSelf: true }
          : { children: [pod], status: { phase } };
      }),
      job,
      0,
    );
    expect(
      acts.map(({ name, creates, deletes, removesSelf }) => [name, creates.length, deletes.length, removesSelf]),
    ).toEqual([
      ['created', 1, 0, false],
      ['running', 0, 0, false],
      ['succeeded', 0, 1, true],
    ]);
    expect(acts.map(({ status }) => status)).toEqual([
      { phase: 'Pending' },
      { phase: 'Running' },
      { phase: 'Running' },
    ]);
  });

  test('says when the controller looks again by itself', () => {
    const [act] = rehearse(
      domain((_observed, now) => ({ children: [], wakeAt: now + 60_000 })),
      job,
      1000,
    );
    expect(act?.wakeAt).toBe(61_000);
  });

  test('ends where no pod is', () => {
    expect(
      rehearse(
        domain(() => ({ children: [] })),
        job,
        0,
      ).map(({ name }) => name),
    ).toEqual(['created']);
  });

  test('gives the object what an API server would', () => {
    let seen: KubeObject | undefined;
    rehearse(
      domain(({ object }) => {
        seen = object;
        return { children: [] };
      }),
      job,
      0,
    );
    expect(seen?.metadata).toMatchObject({
      namespace: 'default',
      generation: 1,
      creationTimestamp: '1970-01-01T00:00:00.000Z',
    });
    expect(seen?.metadata.uid).toBeTruthy();
  });

  test('refuses a plan that never settles', () => {
    let round = 0;
    const restless = domain(() => ({ children: [], status: { round: round++ } }));
    expect(() => rehearse(restless, job, 0)).toThrow('the plan for PyTorchJob default/job does not settle');
  });
});
