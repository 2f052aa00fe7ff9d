import type { JobSet } from '../../api/jobset.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { Layout } from './layout.ts';

/** What stands beside the JobSet for its pods to read. */
export function companionsOf(_layout: Layout, _jobSet: JobSet | undefined): readonly KubeObject[] {
  return [];
}
