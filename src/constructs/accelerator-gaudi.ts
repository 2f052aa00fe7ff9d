import type { Size } from 'cdk8s';
import { type AcceleratorModel, checkedCount, notOffered } from './accelerator-request.ts';
import type { Toleration } from './node-placement.ts';

/** Generations of Intel Gaudi. */
export type GaudiModel = 'Gaudi' | 'Gaudi 2' | 'Gaudi 3';

/** How many cards of Intel Gaudi each pod gets, and what comes with them. */
export interface GaudiOptions {
  /** Cards for each pod, 1 to 8. @default 1 */
  readonly count?: number;
  /**
   * Huge pages of 2 MiB for each pod: the driver maps the card's buffers in them, and does not start without. Whole
   * mebibytes; the node must have set them aside.
   * @see https://docs.habana.ai/en/latest/Orchestration/Gaudi_Kubernetes/index.html
   */
  readonly hugePages: Size;
}

const TAINT: Toleration = { key: 'habana.ai/gaudi', operator: 'Exists', effect: 'NoSchedule' };
const PER_NODE = 8;

export function gaudi(model: GaudiModel, { count = 1, hugePages }: GaudiOptions): AcceleratorModel {
  const name = `Intel ${model}`;
  return {
    name,
    count: checkedCount('count', count, PER_NODE, name),
    needsMemory: true,
    request: (platform) => ({
      resource: 'habana.ai/gaudi',
      besides: { 'hugepages-2Mi': `${hugePages.toMebibytes()}Mi` },
      placement: {
        // Of the clouds only AWS has a name for it: the instances of Gaudi's first generation.
        requirements:
          platform.name === 'eks' ? [{ key: platform.instanceLabel('instance-family'), values: ['dl1'] }] : [],
        tolerations: [TAINT],
      },
    }),
    problems: (platform) => {
      const offered = platform.name === 'plain' || platform.name === 'openshift';
      if (offered || (platform.name === 'eks' && model === 'Gaudi')) return [];
      return [notOffered(name, platform, 'use Platform.plain() for nodes that you run yourself')];
    },
  };
}
