import { expect, test } from '@jest/globals';
import { crdOf } from '../../src/api/crd.ts';
import { TRAINING_JOB_DEFINITIONS } from '../../src/api/kubeflow-org.ts';
import { TRAIN_JOB_DEFINITION } from '../../src/api/train-job.ts';

const versions = [...TRAINING_JOB_DEFINITIONS, TRAIN_JOB_DEFINITION].flatMap((definition) => {
  const { names, versions: served } = crdOf(definition).spec;
  return served.map(({ name, additionalPrinterColumns = [] }) => [names.kind, name, additionalPrinterColumns] as const);
});

test.each(versions)('[training 35] kubectl get prints State and Age of a %s %s', (kind, _version, columns) => {
  const paths = Object.fromEntries(columns.map(({ name, jsonPath }) => [name, jsonPath]));
  const last = kind === 'TrainJob' ? expect.stringContaining('.status.conditions') : '.status.conditions[-1:].type';
  expect(paths).toMatchObject({ State: last, Age: '.metadata.creationTimestamp' });
});
