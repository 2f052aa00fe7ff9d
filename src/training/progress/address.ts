import { apiVersionOf, type Kind } from '../../api/kube.ts';

/** The job that a program reports to. */
export interface ReportTarget {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/** Where the progress of a job is posted, below the server's address; upstream's path, for every kind. */
export const reportPath = ({ kind, namespace, name }: ReportTarget): string =>
  `/apis/${audienceOf({ kind, namespace, name })}`;

/** For whom the token must be made out: one job alone. */
export const audienceOf = ({ kind, namespace, name }: ReportTarget): string =>
  `${apiVersionOf(kind)}/namespaces/${namespace}/${kind.plural}/${name}/status`;

const PATH = /^\/apis\/([^/]+)\/([^/]+)\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)\/status$/;
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** The job that a path names, if it is of one of these kinds. Pure. */
export function targetOf(path: string, kinds: readonly Kind[]): ReportTarget | undefined {
  const [, group, version, namespace = '', plural, name = ''] = PATH.exec(path) ?? [];
  const kind = kinds.find((known) => known.group === group && known.version === version && known.plural === plural);
  return kind && NAME.test(namespace) && NAME.test(name) ? { kind, namespace, name } : undefined;
}
