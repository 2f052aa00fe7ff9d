import type { Size } from 'cdk8s';
import type { IConfigMap, IPersistentVolumeClaim, ISecret } from './k8s.ts';

/** How a volume is seen in the container. */
export interface MountOptions {
  /** @default false */
  readonly readOnly?: boolean;
  /** A folder of the volume instead of all of it. @default - all of it */
  readonly subPath?: string;
}

/** A volume for each pod that goes with it. */
export interface ScratchOptions {
  /** Whole mebibytes. */
  readonly size: Size;
  /** @default - the cluster's default storage class */
  readonly storageClass?: string;
}

/** A folder on each pod's node that goes with the pod. */
export interface EmptyDirOptions {
  /**
   * In memory instead of on the node's disk; counts as memory of the pod.
   * @default false
   */
  readonly inMemory?: boolean;
  /** @default - as much as the node gives */
  readonly sizeLimit?: Size;
}

/** A volume and where the training container sees it. */
export class JobVolume {
  /** Where the container sees it; absolute. */
  readonly path: string;
  private readonly source: Readonly<Record<string, unknown>>;
  private readonly options: MountOptions;

  /** The files of a ConfigMap; always read-only. */
  static configMap(path: string, configMap: Pick<IConfigMap, 'name'>): JobVolume {
    return new JobVolume(path, { configMap: { name: configMap.name } }, { readOnly: true });
  }

  /** The files of a Secret; always read-only. */
  static secret(path: string, secret: Pick<ISecret, 'name'>): JobVolume {
    return new JobVolume(path, { secret: { secretName: secret.name } }, { readOnly: true });
  }

  /** A claim that exists; several pods can share it only if its access mode allows it. */
  static claim(path: string, claim: Pick<IPersistentVolumeClaim, 'name'>, options: MountOptions = {}): JobVolume {
    return new JobVolume(path, { persistentVolumeClaim: { claimName: claim.name } }, options);
  }

  /** Scratch space that lives as long as the pod. */
  static emptyDir(path: string, options: EmptyDirOptions = {}): JobVolume {
    const emptyDir = {
      ...(options.inMemory && { medium: 'Memory' }),
      ...(options.sizeLimit && { sizeLimit: `${options.sizeLimit.toMebibytes()}Mi` }),
    };
    return new JobVolume(path, { emptyDir }, {});
  }

  /** A volume of its own for each pod, claimed with the pod and deleted with it: more room than the node's disk has. */
  static scratch(path: string, { size, storageClass }: ScratchOptions): JobVolume {
    const spec = {
      accessModes: ['ReadWriteOnce'],
      ...(storageClass && { storageClassName: storageClass }),
      resources: { requests: { storage: `${size.toMebibytes()}Mi` } },
    };
    return new JobVolume(path, { ephemeral: { volumeClaimTemplate: { spec } } }, {});
  }

  /**
   * Shared memory for data loaders and NCCL, which the container runtime limits to 64 MiB otherwise.
   * @param sizeLimit counts as memory of the pod
   */
  static sharedMemory(sizeLimit?: Size): JobVolume {
    return JobVolume.emptyDir('/dev/shm', { inMemory: true, ...(sizeLimit && { sizeLimit }) });
  }

  private constructor(path: string, source: Readonly<Record<string, unknown>>, options: MountOptions) {
    if (!path.startsWith('/')) throw new Error(`'path' must be absolute, got '${path}'`);
    this.path = path;
    this.source = source;
    this.options = options;
  }

  /** The pod's side, under this name. */
  volume(name: string): Readonly<Record<string, unknown>> & { readonly name: string } {
    return { name, ...this.source };
  }

  /** The container's side, under this name. */
  mount(name: string): {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
    readonly subPath?: string;
  } {
    const { readOnly, subPath } = this.options;
    return { name, mountPath: this.path, ...(readOnly && { readOnly }), ...(subPath && { subPath }) };
  }
}
