import type { KubeClient } from '../../runtime/client.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ImageSource } from './images/image-source.ts';
import type { NodeSettings } from './lifecycle/settings.ts';
import type { LogLimits } from './logs/log-file.ts';
import type { NameDirectory } from './names/directory.ts';
import type { Pod } from './pod-types.ts';
import type { Isolation } from './process/capabilities.ts';
import type { ProcessBook } from './process/process-book.ts';
import type { TokenSource } from './volumes/payload.ts';

/** What all pods of a node share. */
export interface NodeContext {
  readonly nodeName: string;
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly settings: NodeSettings;
  readonly logLimits: LogLimits;
  readonly isolation: Isolation;
  readonly images: ImageSource;
  readonly names: NameDirectory;
  readonly book: ProcessBook;
  readonly dataDir: string;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Where the cluster's API is served for pods, if it is. */
  readonly apiServer?: { readonly host: string; readonly port: number };
  token?(pod: Pod): TokenSource;
}

/** A container cannot be started for now; it is tried again later. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** As in a waiting state: `ErrImagePull`, `CreateContainerConfigError`, … */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}
