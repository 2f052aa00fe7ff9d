import type { Strategy } from '../strategy.ts';
import { forbidden, invalid } from '../structural/field-errors.ts';

interface LeaseSpec {
  readonly leaseDurationSeconds?: number;
  readonly leaseTransitions?: number;
  readonly preferredHolder?: string;
  readonly strategy?: string;
}

export const leaseStrategy: Strategy = {
  validate: (next, _previous, earlier) => {
    const { leaseDurationSeconds: duration, leaseTransitions: transitions, ...spec } = (next.spec ?? {}) as LeaseSpec;
    return [
      ...earlier,
      ...(duration !== undefined && duration <= 0
        ? [invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')]
        : []),
      ...(transitions !== undefined && transitions < 0
        ? [invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
        : []),
      ...(spec.preferredHolder && !spec.strategy
        ? [forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined')]
        : []),
    ];
  },
};
