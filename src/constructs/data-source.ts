import type { Size } from 'cdk8s';
import type { EnvValue, ISecret } from './k8s.ts';

/** Where files go that are downloaded before the training, and how. */
export interface DataSourceOptions {
  /** Where the training container finds the files; absolute. */
  readonly path: string;
  /**
   * A Secret whose keys are the credentials: `ACCESS_TOKEN` for Hugging Face; `ACCESS_KEY_ID` and `SECRET_ACCESS_KEY`
   * for S3.
   * @default - none: public data, or the identity of the service account
   */
  readonly secret?: Pick<ISecret, 'name'>;
  /** Further environment: `ENDPOINT` and `REGION` for S3, `IGNORE_PATTERNS` for Hugging Face. @default - none */
  readonly envVariables?: Readonly<Record<string, EnvValue>>;
  /** Room for the files on the node's disk. @default - as much as the node gives */
  readonly size?: Size;
  /** Image that downloads. @default - Kubeflow's own initializer */
  readonly image?: string;
}

type DataKind = 'dataset' | 'model';

/** Version of Kubeflow Trainer whose initializers are used unless an image is given. */
const TRAINER = 'v2.3.0';

/**
 * Files that each pod downloads before it trains: with Kubeflow's initializers, from `hf://` or `s3://`.
 * @see https://www.kubeflow.org/docs/components/trainer/
 */
export class DataSource {
  /** What it brings: `dataset` or `model`. */
  readonly kind: DataKind;
  /** `hf://…` or `s3://…`. */
  readonly uri: string;
  readonly options: DataSourceOptions;

  /** @param uri `hf://organisation/dataset` or `s3://bucket/prefix` */
  static dataset(uri: string, options: DataSourceOptions): DataSource {
    return new DataSource('dataset', uri, options);
  }

  /** @param uri `hf://organisation/model` or `s3://bucket/prefix` */
  static model(uri: string, options: DataSourceOptions): DataSource {
    return new DataSource('model', uri, options);
  }

  private constructor(kind: DataKind, uri: string, options: DataSourceOptions) {
    if (!/^(hf|s3):\/\/[^/]+/.test(uri)) {
      throw new Error(`'uri' of a ${kind} must begin with hf:// or s3://, got '${uri}'`);
    }
    if (!options.path.startsWith('/')) throw new Error(`'path' must be absolute, got '${options.path}'`);
    this.kind = kind;
    this.uri = uri;
    this.options = options;
  }

  /** The image that downloads. */
  get image(): string {
    return this.options.image ?? `ghcr.io/kubeflow/trainer/${this.kind}-initializer:${TRAINER}`;
  }

  /** Where that image writes. */
  get target(): string {
    return `/workspace/${this.kind}`;
  }

  /** The pod's volume, under this name. */
  volume(name: string) {
    const { size } = this.options;
    return { name, emptyDir: size ? { sizeLimit: `${size.toMebibytes()}Mi` } : {} };
  }
}
