import type { Kind } from '../../../src/api/kube.ts';

export type PatchKind = 'merge' | 'json' | 'strategic' | 'apply';

/** Sets a field of an object, or takes it out when there is no value. Keys of the path may hold dots. */
export interface Edit {
  readonly path: readonly string[];
  readonly value?: unknown;
}

/**
 * One call of a sequence, the same for both servers. Strings of query and body may be placeholders that each server's
 * own earlier answers fill in: `$ns`, `$uid:PLURAL/NAME`, `$rv:PLURAL/NAME`, `$oldrv:PLURAL/NAME`, `$listrv:PLURAL`,
 * `$continue:PLURAL`.
 */
export interface Call {
  readonly verb:
    | 'get'
    | 'list'
    | 'watch'
    | 'create'
    | 'update'
    | 'patch'
    | 'delete'
    | 'deletecollection'
    | 'post'
    | 'settle';
  readonly kind?: Kind;
  readonly name?: string;
  readonly sub?: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly patch?: PatchKind;
  /** An update sends the object as last seen, as first seen, or without its version; the edits come on top. */
  readonly base?: 'fresh' | 'stale' | 'none';
  readonly edits?: readonly Edit[];
}

export interface Sequence {
  /** What replays it. */
  readonly id: string;
  readonly theme: string;
  readonly calls: readonly Call[];
}

/** A call as it is sent, placeholders filled in. */
export interface Request extends Omit<Call, 'base' | 'edits'> {
  readonly namespace: string;
}

export interface Answer {
  readonly code: number;
  /** An object, a list, or a Status. */
  readonly body: unknown;
}

export interface Seen {
  readonly type: string;
  readonly object: unknown;
}

export interface OpenWatch {
  readonly refused?: Answer;
  readonly events: readonly Seen[];
  /** The server, or what lies between, has ended it. */
  readonly isOver?: () => boolean;
  stop(): void;
}

/** One of the two servers. */
export interface Side {
  send(request: Request): Promise<Answer>;
  watch(request: Request): Promise<OpenWatch>;
}
