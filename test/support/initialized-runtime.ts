import type { KubeObject } from '../../src/api/kube.ts';
import { runtimeOf } from './train-job.ts';

const MOUNT = { name: 'initializer', mountPath: '/workspace' };

const step = (name: string, image: string, script: string, dependsOn?: readonly object[]) => {
  const container = name === 'trainer' ? 'node' : name;
  return {
    name: container,
    ...(dependsOn && { dependsOn }),
    template: {
      metadata: { labels: { 'trainer.kubeflow.org/trainjob-ancestor-step': name } },
      spec: {
        template: {
          spec: { containers: [{ name: container, image, command: ['bash', '-ec', script], volumeMounts: [MOUNT] }] },
        },
      },
    },
  };
};

const complete = (name: string) => ({ name, status: 'Complete' });
const fetch = (what: string, words: string) => `mkdir /workspace/${what}; echo "${words}" > /workspace/${what}/from`;

/** A runtime in the shape of the shipped torchtune ones: what its steps fetch is a line that says where from. */
export function initializedRuntime(name: string, namespace: string, image: string): KubeObject {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } };
  return runtimeOf(
    name,
    {
      volumeClaimPolicies: [{ templates: [{ metadata: { name: MOUNT.name }, spec }] }],
      replicatedJobs: [
        step('dataset-initializer', image, fetch('dataset', 'dataset of $STORAGE_URI by $ACCESS_TOKEN')),
        step('model-initializer', image, fetch('model', 'model of $STORAGE_URI in $REGION')),
        step('trainer', image, 'cat /workspace/dataset/from /workspace/model/from', [
          complete('dataset-initializer'),
          complete('model-initializer'),
        ]),
      ],
    },
    namespace,
  );
}
