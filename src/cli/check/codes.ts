/** How bad a finding is: errors are what a cluster would refuse or could never run. */
export type Level = 'error' | 'warning';

/** Everything that `armature check` can find. The codes are stable; `docs/check.md` explains each. */
export const CODES = {
  'unknown-kind': 'error',
  'unknown-field': 'error',
  'deprecated-field': 'warning',
  'invalid-field': 'error',
  'refused-by-controller': 'error',
  'runtime-missing': 'warning',
  'duplicate-object': 'error',
  'accelerator-without-limit': 'error',
  'fits-no-node': 'error',
  'gang-fits-not': 'error',
  'quota-too-small': 'error',
  'quota-needs-request': 'error',
  'queue-missing': 'error',
  'queue-too-small': 'error',
  'image-without-tag': 'warning',
  'pod-security': 'warning',
  'pod-security-enforced': 'error',
  'spot-without-checkpoint': 'warning',
} as const satisfies Readonly<Record<string, Level>>;

export type Code = keyof typeof CODES;

/** One thing that is wrong with an object. */
export interface Finding {
  readonly code: Code;
  /** Where in the object; empty for all of it. */
  readonly field: string;
  /** What is wrong, and how to mend it. */
  readonly message: string;
}

export const finding = (code: Code, field: string, message: string): Finding => ({ code, field, message });
