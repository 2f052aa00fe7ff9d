import { describe, expect, test } from '@jest/globals';
import { established, rolledOut, waitUntil } from '../../src/cli/wait.ts';

const deployment = (generation: number, spec: object, status: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', generation },
  spec,
  status,
});
const running = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

describe('a Deployment is rolled out', () => {
  test.each([
    ['when its pods are available', deployment(2, {}, running), true],
    ['not while its controller has yet to look', deployment(3, {}, running), false],
    ['not while pods of the previous version remain', deployment(2, {}, { ...running, replicas: 2 }), false],
    ['not with fewer pods than it asks for', deployment(2, { replicas: 2 }, running), false],
    ['at once when it asks for none', deployment(2, { replicas: 0 }, { observedGeneration: 2 }), true],
  ])('%s', (_title, object, done) => {
    expect(rolledOut(object).done).toBe(done);
  });
});

test('a CRD whose names are taken says so', () => {
  const conditions = [{ type: 'NamesAccepted', status: 'False', reason: 'PluralConflict', message: 'jobs is in use' }];
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'c' },
    status: { conditions },
  };
  expect(established(crd)).toEqual({ done: false, waitingFor: 'c is not established: jobs is in use' });
});

test('waiting ends with what was missing last when the time is up', async () => {
  const look = async () => ({ done: false as const, waitingFor: 'two pods' });
  await expect(waitUntil('waiting for d', look, { timeoutMs: 1, log: () => {} })).rejects.toThrow(
    /waiting for d: not done .*two pods/,
  );
});
