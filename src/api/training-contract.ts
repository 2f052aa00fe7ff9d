/** What the containers and the readers of a training job can rely on; written here and nowhere else. */

/** Variable: which attempt of the job the pod belongs to; 1 is the first. */
export const ATTEMPT_VARIABLE = 'ARMATURE_ATTEMPT';

/** Failures that a status remembers; older ones are forgotten. */
export const REMEMBERED_FAILURES = 5;
