import { LEASE, NODE } from '../../../src/api/kinds.ts';
import { timestamp } from '../../../src/api/timestamp.ts';
import type { Api } from '../api.ts';
import { NODE_NAME } from './fixtures.ts';

const HEARTBEAT_MS = 10_000;

/** What the node is made of, for both clusters. */
export const QUIET_NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: NODE_NAME },
  spec: { taints: [{ key: 'compare.armature.dev/none', effect: 'NoSchedule' }] },
};

/** Keeps a node of the real cluster alive on which nothing happens by itself. The result ends it. */
export async function keepQuietNode(api: Api): Promise<() => void> {
  const at = timestamp(Date.now());
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: '',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  };
  await api.patch(NODE, undefined, NODE_NAME, { status: { conditions: [condition] } }, 'status');
  await beat(api);
  const heartbeat = setInterval(() => void beat(api), HEARTBEAT_MS);
  return () => clearInterval(heartbeat);
}

async function beat(api: Api): Promise<void> {
  const metadata = { name: NODE_NAME, namespace: 'kube-node-lease' };
  const spec = {
    holderIdentity: NODE_NAME,
    leaseDurationSeconds: 40,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  };
  await api
    .apply(LEASE, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as never)
    .catch(() => undefined);
}
