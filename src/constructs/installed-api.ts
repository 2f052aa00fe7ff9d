import { controllerRules, jobSetRules, webhookRules } from '../../imports/controller-rules.ts';
import manifest from '../../package.json' with { type: 'json' };
import { allCrds, type CustomResourceDefinition, DEFINITIONS, JOB_SET, type Kind } from '../api/index.ts';
import type { AccessRule } from './controller-access.ts';

/** What this version of the platform brings to a cluster. */
export interface InstalledApi {
  readonly version: string;
  readonly crds: readonly CustomResourceDefinition[];
  /** Collected by `npm run generate` from what the controller's domains declare. */
  readonly controllerRules: readonly AccessRule[];
  /** What it needs besides to serve the webhook. */
  readonly webhookRules: readonly AccessRule[];
  /** What it needs besides where it runs JobSets. */
  readonly jobSetRules: readonly AccessRule[];
  readonly trainingKinds: readonly Kind[];
}

export function installedApi(): InstalledApi {
  return {
    version: manifest.version,
    crds: allCrds(),
    controllerRules,
    webhookRules,
    jobSetRules,
    trainingKinds: DEFINITIONS.map(({ kind }) => kind).filter(({ group }) =>
      ['kubeflow.org', JOB_SET.group].includes(group),
    ),
  };
}
