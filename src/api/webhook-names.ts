import { CLUSTER_TRAINING_RUNTIME, TRAIN_JOB, TRAINING_RUNTIME } from './kinds.ts';
import type { Kind } from './kube.ts';

/** The webhook configurations, by upstream's names, and the kinds they are called for. */

export const VALIDATOR_NAME = 'validator.trainer.kubeflow.org';
export const DEFAULTER_NAME = 'defaulter.trainer.kubeflow.org';

export const VALIDATED_KINDS: readonly Kind[] = [CLUSTER_TRAINING_RUNTIME, TRAINING_RUNTIME, TRAIN_JOB];
export const DEFAULTED_KINDS: readonly Kind[] = [TRAIN_JOB];

/** The name of the webhook for one kind, such as `validator.trainjob.trainer.kubeflow.org`. */
export const webhookNameOf = (role: 'validator' | 'defaulter', { kind, group }: Kind): string =>
  `${role}.${kind.toLowerCase()}.${group}`;

/** On a runtime, `disabled`: it is stored unchecked, as installers ask that come before the webhook is up. */
export const VALIDATION_LABEL = 'trainer.kubeflow.org/webhook-validation';
