import type { EnvVar } from '../../api/pod-template.ts';

export const env = (name: string, value: string | number): EnvVar => ({ name, value: String(value) });

/** Python then writes each line of its log at once. */
export const UNBUFFERED: EnvVar = env('PYTHONUNBUFFERED', 1);
