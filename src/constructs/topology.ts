import {
  JOB_NAME_LABEL,
  QUEUE_PREFERRED_TOPOLOGY_ANNOTATION,
  QUEUE_REQUIRED_TOPOLOGY_ANNOTATION,
  QUEUE_UNCONSTRAINED_TOPOLOGY_ANNOTATION,
} from '../api/index.ts';
import { Platform } from './cluster-platform.ts';
import type { JobContext } from './job-context.ts';

/**
 * A level of the data centre, from large to small: `zone`, `block` (a few racks on one network), `rack`, `host`; or the
 * label of nodes that tells it, such as `example.com/rack`.
 */
export type TopologyLevel = 'zone' | 'block' | 'rack' | 'host' | `${string}/${string}`;

/** What a topology adds to each pod of a job. */
export interface TopologySpec {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly podAffinity?: object;
  readonly topologySpreadConstraints?: readonly {
    readonly maxSkew: number;
    readonly topologyKey: string;
    readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
    readonly labelSelector: object;
  }[];
}

/** A selector of the job's pods. */
interface PodsOfJob {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Rule {
  readonly level: TopologyLevel | undefined;
  /** Kueue must place the pods. */
  readonly byKueue: boolean;
  render(key: string, pods: PodsOfJob): TopologySpec;
}

const LEVELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gke: {
    block: 'cloud.google.com/gce-topology-block',
    rack: 'cloud.google.com/gce-topology-subblock',
  },
  eks: {
    block: 'topology.k8s.aws/network-node-layer-2',
    rack: 'topology.k8s.aws/network-node-layer-3',
  },
};

/** How near to one another, or how far apart, the pods of a job run. */
export class Topology {
  private readonly rule: Rule;

  /**
   * All pods of a role in one domain of the level; Kueue admits the job when there is room for it.
   * @see https://kueue.sigs.k8s.io/docs/concepts/topology_aware_scheduling/
   */
  static required(level: TopologyLevel): Topology {
    return byKueue(level, (key) => ({ annotations: { [QUEUE_REQUIRED_TOPOLOGY_ANNOTATION]: key } }));
  }

  /** All pods of a role in one domain of the level where there is room, else in as few as possible; placed by Kueue. */
  static preferred(level: TopologyLevel): Topology {
    return byKueue(level, (key) => ({ annotations: { [QUEUE_PREFERRED_TOPOLOGY_ANNOTATION]: key } }));
  }

  /** Placed by Kueue wherever there is room, without fragmenting what is left. */
  static unconstrained(): Topology {
    return byKueue(undefined, () => ({ annotations: { [QUEUE_UNCONSTRAINED_TOPOLOGY_ANNOTATION]: 'true' } }));
  }

  /**
   * All pods of the job in one domain of the level, whatever the queue: by pod affinity. Where the first pod lands
   * decides for all, so without a gang scheduler the rest may find no room.
   */
  static packed(level: TopologyLevel): Topology {
    return new Topology({
      level,
      byKueue: false,
      render: (topologyKey, labelSelector) => ({
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }],
        },
      }),
    });
  }

  /** All pods of the job near one another where there is room: by preferred pod affinity. */
  static near(level: TopologyLevel): Topology {
    return new Topology({
      level,
      byKueue: false,
      render: (topologyKey, labelSelector) => ({
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: { topologyKey, labelSelector } },
          ],
        },
      }),
    });
  }

  /** The pods of the job evenly over the domains of the level, so that losing one loses few pods. */
  static spread(level: TopologyLevel): Topology {
    return new Topology({
      level,
      byKueue: false,
      render: (topologyKey, labelSelector) => ({
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector }],
      }),
    });
  }

  /** @internal */
  constructor(rule: Rule) {
    this.rule = rule;
  }

  /** Kueue must place the pods: the job needs one of its queues. */
  get byKueue(): boolean {
    return this.rule.byKueue;
  }

  /** What it adds to each pod of the job. */
  on({ platform = Platform.plain(), jobName = '', jobLabel = JOB_NAME_LABEL }: JobContext): TopologySpec {
    const { level } = this.rule;
    return this.rule.render(level === undefined ? '' : (keyOf(level, platform) ?? level), {
      matchLabels: { [jobLabel]: jobName },
    });
  }

  /** Why the platform cannot tell the level, in words that say how to mend it. */
  problemsOn(platform: Platform = Platform.plain()): string[] {
    const { level } = this.rule;
    if (level === undefined || keyOf(level, platform)) return [];
    return [
      `'topology': ${platform.title} has no label of its own for a ${level}: name the label that your nodes carry, such as 'example.com/${level}'`,
    ];
  }
}

function byKueue(level: TopologyLevel | undefined, render: Rule['render']): Topology {
  return new Topology({ level, byKueue: true, render });
}

/**
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/
 * @see https://cloud.google.com/ai-hypercomputer/docs/workloads/schedule-gke-workloads-tas
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-topology.html
 */
function keyOf(level: TopologyLevel, { name }: Platform): string | undefined {
  if (level.includes('/')) return level;
  if (level === 'zone') return 'topology.kubernetes.io/zone';
  if (level === 'host') return 'kubernetes.io/hostname';
  return LEVELS[name]?.[level];
}
