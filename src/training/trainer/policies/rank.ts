import { COMPLETION_INDEX_ANNOTATION } from '../../../api/batch.ts';
import type { Container, EnvVar } from '../../../api/pod-template.ts';
import { upsert } from '../merge.ts';
import { RENDEZVOUS_PORT } from '../names.ts';

/** A variable that holds the number of the pod within its Job. */
export const rankVariable = (name: string): EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${COMPLETION_INDEX_ANNOTATION}']` } },
});

/** The container with the port named on which the first node is found. */
export const withRendezvousPort = (container: Container): Container => ({
  ...container,
  ports: upsert(container.ports, ({ containerPort }) => containerPort, [{ containerPort: RENDEZVOUS_PORT }]),
});
