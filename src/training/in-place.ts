import type { Container } from '../api/pod-template.ts';
import type { Job, Replica } from './job.ts';

/** What policy ExitCode takes for worth another try. */
const RETRYABLE = Array.from({ length: 128 }, (_, offset) => 128 + offset);

/**
 * Lets the kubelet do what ExitCode asks for, within the pod: its node, its image and its accelerators stay. Kubernetes
 * 1.35 and later know the field; an older cluster drops it, and the controller replaces the pod.
 */
export function restartedInPlace(job: Job, replica: Replica): Partial<Container> {
  if (job.runPolicy.restartScope !== 'Container' || replica.restartPolicy !== 'ExitCode') return {};
  return {
    restartPolicy: 'Never',
    restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: RETRYABLE } }],
  };
}
