import { POD, SERVICE } from '../../src/api/kinds.ts';
import { explainNamespaces } from '../../src/cli/explain-pods.ts';
import { podLogs } from '../../src/cli/pod-logs.ts';
import type { HttpClient } from '../../src/runtime/http-client.ts';
import type { Log } from '../../src/runtime/progress.ts';
import type { JobRef } from './train.ts';

/** What the cluster holds now because of the job, one line each. */
export async function createdObjects(client: HttpClient, job: JobRef): Promise<string[]> {
  const { namespace } = job;
  const options = { namespace, labelSelector: `training.kubeflow.org/job-name=${job.name}` };
  const [pods, services] = await Promise.all([client.list(POD, options), client.list(SERVICE, options)]);
  const phase = (status: unknown) => (status as { phase?: string } | undefined)?.phase ?? '';
  return [
    `${job.kind.kind} ${namespace}/${job.name}`,
    ...pods.items.map(({ metadata, status }) => `Pod ${namespace}/${metadata.name} (${phase(status)})`),
    ...services.items.map(({ metadata }) => `Service ${namespace}/${metadata.name}`),
  ];
}

/** Says why it did not work: the pods of these namespaces, warnings, and the end of each log. */
export async function explainFailure(client: HttpClient, namespaces: readonly string[], log: Log): Promise<void> {
  for (const line of await explainNamespaces(client, namespaces)) log(`  ${line}`);
  for (const namespace of namespaces) {
    const { items } = await client.list(POD, { namespace });
    for (const { metadata } of items) {
      log(`  last lines of ${namespace}/${metadata.name}:`);
      const pod = { namespace, name: metadata.name ?? '' };
      try {
        for await (const line of podLogs(client, pod, { tailLines: 10, signal: AbortSignal.timeout(5_000) }))
          log(`    ${line}`);
      } catch (error) {
        log(`    no log: ${(error as Error).message}`);
      }
    }
  }
}

/** What to try next after training on a Kubernetes, with the cluster still there or not. */
export function stepsOnCluster(kubectl: string, job: JobRef, kept: boolean): string[] {
  return kept
    ? [
        `${kubectl} get ${job.kind.plural} -A`,
        `${kubectl} -n ${job.namespace} describe ${job.kind.kind.toLowerCase()} ${job.name}`,
        'npm run armature -- cluster down --name quickstart   (when it is a local cluster)',
      ]
    : [
        'npm run quickstart -- --cluster --keep   the same, and leaves the cluster for kubectl',
        'npm run armature -- preview dist         what the controller makes of what was synthesized, offline',
        'src/stacks/platform.ts                   the platform that was just installed; change it and run again',
      ];
}

/** What to try next after training on the embedded cluster; with its kubeconfig where it is kept. */
export function stepsHere(job: JobRef, kubeconfig: string | undefined): string[] {
  const { kind, namespace, name } = job;
  return kubeconfig
    ? [
        `export KUBECONFIG=${kubeconfig}`,
        `kubectl -n ${namespace} get ${kind.plural},pods`,
        `kubectl -n ${namespace} logs ${name}-worker-0`,
        `kubectl -n ${namespace} delete ${kind.kind.toLowerCase()} ${name}`,
        'kubectl apply --server-side -f dist/0001-digits.k8s.yaml   trains again',
      ]
    : [
        'npm run quickstart -- --keep           the same, and stays for kubectl and Python clients',
        'npm run armature -- up                 the platform alone, for jobs of your own: see docs/local.md',
        'npm run armature -- preview dist       what the controller makes of what was synthesized, offline',
        'src/stacks/digits.ts                   the job that was just trained; change it and run again',
        'npm run quickstart -- --cluster        on a real Kubernetes on this machine (Linux, root, Go)',
        'npm run quickstart -- --context NAME   on a cluster of your kubeconfig',
      ];
}
