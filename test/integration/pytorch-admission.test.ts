import { describe, expect, test } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { pathOf } from '../support/api.ts';
import { stays } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();

async function refusal(job: KubeObject): Promise<string> {
  const answer = await platform.api.raw('POST', pathOf(PYTORCH_JOB, job.metadata.namespace), job);
  expect({ code: answer.code, text: answer.text.slice(0, 300) }).toMatchObject({ code: 422 });
  return (JSON.parse(answer.text) as { message: string }).message;
}

describe('what admission says of a PyTorchJob', () => {
  test('[training 19] a job that MultiKueue manages is left alone, and managedBy is checked and fixed', async () => {
    const namespace = await platform.namespace();
    const managedBy = 'kueue.x-k8s.io/multikueue';
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { runPolicy: { managedBy } }));
    await stays(
      'an unmanaged job',
      async () => (await job.podNames()).length === 0 && (await job.read()).status === undefined,
      1500,
    );

    expect(await refusal(pytorchJob(namespace, 'k', { runPolicy: { managedBy: 'someone/else' } }))).toContain(
      'managedBy',
    );
    await expect(job.patch({ spec: { runPolicy: { managedBy: 'kubeflow.org/training-operator' } } })).rejects.toThrow(
      /422.*managedBy/s,
    );
  });

  test('[training 21] a mistake is refused with the path of its field', async () => {
    const namespace = await platform.namespace();
    const path = 'spec.pytorchReplicaSpecs';
    expect(await refusal(pytorchJob(namespace, 'j', { container: { name: 'other' } }))).toContain(path);
    expect(await refusal(pytorchJob(namespace, 'j', { container: { image: '' } }))).toMatch(
      /spec\.pytorchReplicaSpecs.*image/s,
    );
    const unknown = pytorchJob(namespace, 'j') as KubeObject & {
      spec: { pytorchReplicaSpecs: Record<string, unknown> };
    };
    unknown.spec.pytorchReplicaSpecs.Helper = unknown.spec.pytorchReplicaSpecs.Worker;
    expect(await refusal(unknown)).toContain(path);
    expect(await refusal(pytorchJob(namespace, '1abc'))).toContain('metadata.name');
  });
});
