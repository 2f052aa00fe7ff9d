import { NODE } from '../../src/api/kinds.ts';
import { UNREACHABLE_TAINT } from '../../src/api/taints.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';

/** The control plane takes most of a minute to give a node up that does not answer. */
const PATIENT = { timeoutMs: 150_000, everyMs: 500 };

/** A node that nobody plays: it answered once, and never again. For pods without tolerations. */
export class SilentNode {
  readonly name: string;
  readonly #api: Api;

  private constructor(api: Api, name: string) {
    this.#api = api;
    this.name = name;
  }

  /** Makes the node, lets the test use it, and takes it away. */
  static async during(api: Api, name: string, test: (node: SilentNode) => Promise<void>): Promise<void> {
    const labels = { 'kubernetes.io/hostname': name };
    await api.create(NODE, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    try {
      const capacity = { cpu: '8', memory: '8Gi', pods: '20' };
      const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }];
      await api.patch(NODE, undefined, name, { status: { capacity, allocatable: capacity, conditions } }, 'status');
      await test(new SilentNode(api, name));
    } finally {
      await api.delete(NODE, undefined, name);
    }
  }

  /** What a pod says to be placed here. */
  get place(): object {
    return { nodeSelector: { 'kubernetes.io/hostname': this.name }, tolerations: [] };
  }

  /** Waits until the control plane has given it up. */
  async givenUp(): Promise<void> {
    type Taint = { readonly key: string; readonly effect: string };
    await eventually(
      'the node to be given up',
      async () => {
        const node = await this.#api.get(NODE, undefined, this.name);
        return node?.spec.taints?.some(({ key, effect }: Taint) => key === UNREACHABLE_TAINT && effect === 'NoExecute');
      },
      PATIENT,
    );
  }
}
