/** The types of a JobSet's conditions. */
export const JOB_SET_COMPLETED = 'Completed';
export const JOB_SET_FAILED = 'Failed';
export const JOB_SET_SUSPENDED = 'Suspended';
export const JOB_SET_RESTARTING = 'RestartingJobSet';
export const JOB_SET_STARTUP_IN_PROGRESS = 'StartupPolicyInProgress';
export const JOB_SET_STARTUP_COMPLETED = 'StartupPolicyCompleted';
