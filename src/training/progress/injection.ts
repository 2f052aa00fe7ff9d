import type { RunPolicy } from '../../api/job.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import { PROGRESS_AUTHORITY_ANNOTATION, REPORT_PROGRESS_ANNOTATION } from '../../api/labels.ts';
import type { Container, PodSpec, PodTemplate } from '../../api/pod-template.ts';
import type { Instant } from '../../runtime/environment.ts';
import { reportPath } from './address.ts';

/** How pods reach the server that takes their progress. */
export interface ProgressServer {
  /** Such as `https://armature-progress.armature-system.svc:10443`. */
  readonly url: string;
  /** The certificates that vouch for it, PEM. */
  readonly authority: string;
  /** Since when it listens: nobody is blamed for silence before. @default - for ever */
  readonly since?: Instant;
}

const VOLUME = 'kubeflow-trainer-token';
const FOLDER = '/var/run/secrets/kubeflow/trainer';
const TOKEN_SECONDS = 3600;

/** Whether a job asks that its pods be told where to report; one that is to end when they fall silent asks so too. */
export const reportsProgress = ({ metadata, spec }: KubeObject): boolean =>
  metadata.annotations?.[REPORT_PROGRESS_ANNOTATION] === 'true' ||
  (spec as { readonly runPolicy?: RunPolicy } | undefined)?.runPolicy?.progressDeadlineSeconds !== undefined;

/**
 * A template whose containers can report their progress: upstream's environment, and its volume with a token for this
 * job alone. The certificates come along as an annotation of the pod, so no object besides is needed. Pure.
 */
export function withProgressServer(
  template: PodTemplate,
  job: { readonly kind: Kind; readonly namespace: string; readonly name: string },
  server: ProgressServer,
): PodTemplate {
  const { metadata, spec } = template;
  if (!spec || (spec.volumes ?? []).some(({ name }) => name === VOLUME)) return template;
  const audience = reportPath(job).replace(/^\/apis\//, '');
  const fieldPath = `metadata.annotations['${PROGRESS_AUTHORITY_ANNOTATION}']`;
  const volume = {
    name: VOLUME,
    projected: {
      sources: [
        { serviceAccountToken: { audience, expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { downwardAPI: { items: [{ path: 'ca.crt', fieldRef: { fieldPath } }] } },
      ],
    },
  };
  const env = [
    { name: 'KUBEFLOW_TRAINER_SERVER_URL', value: `${server.url}${reportPath(job)}` },
    { name: 'KUBEFLOW_TRAINER_SERVER_CA_CERT', value: `${FOLDER}/ca.crt` },
    { name: 'KUBEFLOW_TRAINER_SERVER_TOKEN', value: `${FOLDER}/token` },
  ];
  return {
    ...template,
    metadata: {
      ...metadata,
      annotations: { ...metadata?.annotations, [PROGRESS_AUTHORITY_ANNOTATION]: server.authority },
    },
    spec: {
      ...spec,
      volumes: [...(spec.volumes ?? []), volume],
      containers: spec.containers.map((container) => told(container, env)),
    } as PodSpec,
  };
}

/** What the author wrote stays. */
function told(container: Container, env: readonly { readonly name: string; readonly value: string }[]): Container {
  const named = new Set((container.env ?? []).map(({ name }) => name));
  return {
    ...container,
    env: [...(container.env ?? []), ...env.filter(({ name }) => !named.has(name))],
    volumeMounts: [...(container.volumeMounts ?? []), { name: VOLUME, mountPath: FOLDER, readOnly: true }],
  };
}
