import { setTimeout as pause } from 'node:timers/promises';
import { allCrds, SHIPPED_RUNTIMES, TRAINER_VERSION } from '../api/index.ts';
import { CLUSTER_TRAINING_RUNTIME, CONFIG_MAP, CUSTOM_RESOURCE_DEFINITION, NAMESPACE } from '../api/kinds.ts';
import { conditionOf } from '../api/kube.ts';
import type { EmbeddedCluster } from '../embedded/cluster.ts';
import type { KubeClient } from '../runtime/client.ts';
import { kindId } from '../runtime/resource-path.ts';

const CRDS_MS = 30_000;
const AS_OWNER = { fieldManager: 'armature', force: true };

/** Gives an embedded cluster what the platform has everywhere: its kinds, and the runtimes that come along. */
export async function installPlatform(cluster: EmbeddedCluster, client: KubeClient): Promise<void> {
  await installCrds(cluster, client);
  await installRuntimes(client);
}

/** So that TrainJobs which name one of Kubeflow Trainer's runtimes run here too, and its clients find their release. */
async function installRuntimes(client: KubeClient): Promise<void> {
  for (const runtime of SHIPPED_RUNTIMES) {
    const { name = '' } = runtime.metadata;
    await client.patch(CLUSTER_TRAINING_RUNTIME, { name }, 'apply', runtime, AS_OWNER);
  }
  const namespace = 'kubeflow-system';
  const [home, version] = [{ name: namespace }, { namespace, name: 'kubeflow-trainer-public' }];
  await client.patch(NAMESPACE, home, 'apply', { apiVersion: 'v1', kind: 'Namespace', metadata: home }, AS_OWNER);
  const data = { kubeflow_trainer_version: TRAINER_VERSION };
  const told = { apiVersion: 'v1', kind: 'ConfigMap', metadata: version, data };
  await client.patch(CONFIG_MAP, version, 'apply', told, AS_OWNER);
}

/** Teaches the cluster every kind of the platform, and waits until it serves them. */
async function installCrds({ server }: EmbeddedCluster, client: KubeClient): Promise<void> {
  const crds = allCrds();
  for (const crd of crds) {
    const { name = '' } = crd.metadata;
    await client.patch(CUSTOM_RESOURCE_DEFINITION, { name }, 'apply', crd, AS_OWNER);
  }
  const deadline = Date.now() + CRDS_MS;
  for (;;) {
    const served = new Set(server.resources().map(({ kind }) => kindId(kind)));
    const missing = crds.find(({ metadata }) => !served.has(metadata.name ?? ''));
    if (!missing) return;
    const { name = '' } = missing.metadata;
    const refused = conditionOf(await client.get(CUSTOM_RESOURCE_DEFINITION, { name }), 'Established');
    if (refused?.status === 'False') throw new Error(`the CRD ${name} is not served: ${refused.message}`);
    if (Date.now() > deadline) throw new Error(`the CRD ${name} is not served after ${CRDS_MS / 1000} s`);
    await pause(1);
  }
}
