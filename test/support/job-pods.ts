import { expect } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import { EXIT_CODE, RUN_SECONDS } from '../../src/cluster/fake-nodes.ts';
import type { Api } from './api.ts';

/** Pods of Jobs end at once on a fake node; these run until a test ends them. */
export const UNTIL_TOLD = { [EXIT_CODE]: '0', [RUN_SECONDS]: '3600' };

/** All pods of one of Kubernetes' own Jobs end, as if their programs had. */
export async function endPodsOf(api: Api, namespace: string, job: string, code: number): Promise<void> {
  const found = await api.list(POD, namespace, `batch.kubernetes.io/job-name=${job}`);
  expect(found.length).toBeGreaterThan(0);
  for (const { metadata, spec } of found) {
    const state = { terminated: { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' } };
    const containerStatuses = (spec.containers as { name: string; image: string }[]).map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state,
    }));
    const status = { phase: code === 0 ? 'Succeeded' : 'Failed', containerStatuses };
    await api.patch(POD, namespace, metadata.name ?? '', { status }, 'status');
  }
}
