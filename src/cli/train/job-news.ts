import type { Condition, KubeObject } from '../../api/kube.ts';

/** A condition that came, changed or went. */
export interface News {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

const idOf = ({ type, status, reason }: Condition): string => `${type}/${status}/${reason ?? ''}`;

/** What the conditions of a job say now that they did not say before. Pure. */
export function newsOf(before: KubeObject | undefined, now: KubeObject): readonly News[] {
  const said = new Set(conditionsOf(before).map(idOf));
  const current = conditionsOf(now);
  const fresh = current.filter((condition) => !said.has(idOf(condition)));
  const types = new Set(current.map(({ type }) => type));
  const gone = conditionsOf(before).filter(({ type, status }) => status === 'True' && !types.has(type));
  return [
    ...gone.map(({ type }): News => ({ type, status: 'False', message: 'is over' })),
    ...fresh.filter(isNews).map(
      ({ type, status, reason, message }): News => ({
        type,
        status,
        ...(reason && { reason }),
        ...(message && { message }),
      }),
    ),
  ];
}

/** That a job does not run any more is told by what came instead. */
const isNews = ({ type, status }: Condition): boolean => status === 'True' || type === 'Suspended';

const conditionsOf = (job: KubeObject | undefined): readonly Condition[] =>
  ((job?.status ?? {}) as { readonly conditions?: readonly Condition[] | null }).conditions ?? [];

/** For people: `· Running: PyTorchJob digits is running.` */
export function newsText({ type, status, reason, message }: News): string {
  const over = status === 'True' ? '' : ' (no more)';
  return `· ${type}${over}${message ? `: ${message}` : reason ? `: ${reason}` : ''}\n`;
}
