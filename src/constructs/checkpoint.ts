import type { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CheckpointPolicy, CLAIM_ACCESS_MODES } from '../api/index.ts';
import { CHECKPOINT_PATH, checkpointClaimName } from '../api/training-contract.ts';
import { type IPersistentVolumeClaim, type ISecret, k8s } from './k8s.ts';

/** How many pods may write to a volume at the same time. */
export type ClaimAccessMode = (typeof CLAIM_ACCESS_MODES)[number];

/** What all places for checkpoints have in common. */
export interface CheckpointOptions {
  /** Where the training container sees the volume; absolute. Object stores have none. @default '/checkpoints' */
  readonly path?: string;
  /** Whether another attempt goes on from the newest complete checkpoint, or begins anew. @default true */
  readonly resume?: boolean;
  /**
   * From SIGTERM to SIGKILL: the time for a last checkpoint. Whole seconds. Spot machines give about 120 seconds on AWS,
   * 30 on GCP and Azure.
   * @default - that of the pods: 30 seconds
   */
  readonly gracePeriod?: Duration;
}

/** A PersistentVolumeClaim that the job gets for its checkpoints. */
export interface ClaimOptions extends CheckpointOptions {
  /** Whole mebibytes. */
  readonly size: Size;
  /** @default - the cluster's default storage class */
  readonly storageClass?: string;
  /** Jobs of several pods need ReadWriteMany. @default 'ReadWriteMany' */
  readonly accessMode?: ClaimAccessMode;
  /**
   * `WithJob`: the claim is deleted with the job, and not before. `Always`: it is part of the chart, outlives the job, and
   * a job of the same name finds it again.
   * @default 'WithJob'
   */
  readonly keep?: 'WithJob' | 'Always';
}

/** An object store for checkpoints: the program writes there itself. */
export interface S3Options extends Omit<CheckpointOptions, 'path'> {
  /** URL of the S3 server. @default - AWS */
  readonly endpoint?: string;
  /**
   * A Secret with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
   * @default - the identity of the service account
   */
  readonly secret?: Pick<ISecret, 'name'>;
}

/**
 * Where a job keeps its checkpoints. The training program finds the place in `CHECKPOINT_DIR`, the same for every attempt
 * of the job, and in `CHECKPOINT_RESUME` whether to go on from what it finds there.
 */
export class Checkpoint {
  /** Where the container sees the volume; none for an object store. */
  readonly path: string | undefined;
  private readonly place: Pick<CheckpointPolicy, 'claim' | 'claimName' | 'uri' | 'endpoint' | 'secretName'>;
  private readonly options: CheckpointOptions;
  /** A claim that is part of the chart. */
  private readonly kept: ClaimOptions | undefined;

  /** A volume of the job's own. */
  static pvc(options: ClaimOptions): Checkpoint {
    const { size, storageClass, accessMode, keep } = options;
    const claim = {
      size: `${size.toMebibytes()}Mi`,
      ...(storageClass && { storageClassName: storageClass }),
      ...(accessMode && { accessMode }),
    };
    return keep === 'Always' ? new Checkpoint({}, options, options) : new Checkpoint({ claim }, options);
  }

  /** A volume that is there; several jobs may share it, each in a folder of its own name. */
  static existingClaim(claim: Pick<IPersistentVolumeClaim, 'name'>, options: CheckpointOptions = {}): Checkpoint {
    return new Checkpoint({ claimName: claim.name }, options);
  }

  /** @param uri `s3://bucket` or `s3://bucket/prefix`; each job writes below its own name. */
  static s3(uri: string, options: S3Options = {}): Checkpoint {
    if (!/^s3:\/\/[^/]+/.test(uri)) throw new Error(`'uri' must begin with s3:// and a bucket, got '${uri}'`);
    const { endpoint, secret, ...rest } = options;
    const place = { uri, ...(endpoint && { endpoint }), ...(secret && { secretName: secret.name }) };
    return new Checkpoint(place, rest);
  }

  private constructor(place: Checkpoint['place'], options: CheckpointOptions, kept?: ClaimOptions) {
    if (options.path && !options.path.startsWith('/')) {
      throw new Error(`'path' must be absolute, got '${options.path}'`);
    }
    this.place = place;
    this.options = options;
    this.kept = kept;
    this.path = place.uri ? undefined : (options.path ?? CHECKPOINT_PATH);
  }

  /** What the job says of it. */
  policyFor(job: string): CheckpointPolicy {
    const { path, resume, gracePeriod } = this.options;
    return {
      ...this.place,
      ...(this.kept && { claimName: checkpointClaimName(job) }),
      ...(path && { path }),
      ...(resume === false && { resume: 'never' }),
      ...(gracePeriod && { gracePeriodSeconds: gracePeriod.toSeconds() }),
    };
  }

  /** Adds the claim to the chart where it is to outlive the job. */
  addTo(scope: Construct, job: string, namespace: string | undefined): Construct | undefined {
    if (!this.kept) return undefined;
    const { size, storageClass, accessMode } = this.kept;
    return new k8s.KubePersistentVolumeClaim(scope, 'Checkpoints', {
      metadata: { name: checkpointClaimName(job), ...(namespace && { namespace }) },
      spec: {
        accessModes: [accessMode ?? 'ReadWriteMany'],
        resources: { requests: { storage: k8s.Quantity.fromString(`${size.toMebibytes()}Mi`) } },
        ...(storageClass && { storageClassName: storageClass }),
      },
    });
  }

  /** What is wrong with it for a job of so many pods. */
  problemsOf(pods: number): string[] {
    const mode = this.kept?.accessMode ?? this.place.claim?.accessMode ?? 'ReadWriteMany';
    if (pods < 2 || mode === 'ReadWriteMany' || !(this.kept || this.place.claim)) return [];
    return [
      `'checkpoint.accessMode': ${mode} lets one ${mode === 'ReadWriteOnce' ? 'node' : 'pod'} write, and the job has ${pods} pods: use ReadWriteMany with a storage class that offers it, or Checkpoint.s3(...)`,
    ];
  }
}
