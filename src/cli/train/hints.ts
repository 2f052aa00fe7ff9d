import type { ApiError } from '../../runtime/client.ts';

/** What to do about an answer that no retry mends. Pure. */
export function reachHint(error: Pick<ApiError, 'code'>, server: string, namespace: string): string {
  switch (error.code) {
    case 0:
      return `; is the cluster at ${server} up? \`armature up\` starts one here, --context or --kubeconfig names another`;
    case 401:
      return `; ${server} does not know you (any more): log in again, or name another user's context with --context`;
    case 403:
      return `; ask who runs the cluster for the role kubeflow-training-edit in the namespace ${namespace}, or give your own namespace with -n`;
    default:
      return '';
  }
}
