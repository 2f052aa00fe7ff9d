/** What the containers and the readers of a training job can rely on; written here and nowhere else. */

/** Variable: which attempt of the job the pod belongs to; 1 is the first. */
export const ATTEMPT_VARIABLE = 'ARMATURE_ATTEMPT';

/** Failures that a status remembers; older ones are forgotten. */
export const REMEMBERED_FAILURES = 5;

/** Variable: where checkpoints are kept, a folder that outlives the pod or the URI of an object store; of this job alone. */
export const CHECKPOINT_DIR_VARIABLE = 'CHECKPOINT_DIR';
/** Variable: `auto`, go on from the newest complete checkpoint if there is one; `never`, begin anew. */
export const CHECKPOINT_RESUME_VARIABLE = 'CHECKPOINT_RESUME';
/** Variable: seconds from SIGTERM to SIGKILL, the time for a last checkpoint. */
export const CHECKPOINT_GRACE_VARIABLE = 'CHECKPOINT_GRACE_SECONDS';
/** Variable: the S3 server, as AWS' own libraries read it. */
export const S3_ENDPOINT_VARIABLE = 'AWS_ENDPOINT_URL';

/** Where containers see the volume of checkpoints unless the job says otherwise. */
export const CHECKPOINT_PATH = '/checkpoints';
/** The volume of checkpoints in a pod. */
export const CHECKPOINT_VOLUME = 'checkpoints';
/** The claim that the controller makes for a job. */
export const checkpointClaimName = (job: string): string => `${job}-checkpoints`;
/** Kubernetes' own, in seconds. */
export const DEFAULT_GRACE_SECONDS = 30;
