/** Labels and annotations that carry meaning, upstream's and our own; written here and nowhere else. */

export const OPERATOR_NAME_LABEL = 'training.kubeflow.org/operator-name';
export const JOB_NAME_LABEL = 'training.kubeflow.org/job-name';
/** The replica type in lower case. */
export const REPLICA_TYPE_LABEL = 'training.kubeflow.org/replica-type';
export const REPLICA_INDEX_LABEL = 'training.kubeflow.org/replica-index';
export const JOB_ROLE_LABEL = 'training.kubeflow.org/job-role';
export const JOB_ROLE_MASTER = 'master';

/** `"true"` or `"false"` on a job: one Service for each pod, as upstream makes them, or one for the job. */
export const SERVICE_PER_POD_ANNOTATION = 'armature.dev/service-per-pod';

export const VOLCANO_GROUP_ANNOTATION = 'scheduling.k8s.io/group-name';
export const VOLCANO_TASK_ANNOTATION = 'volcano.sh/task-spec';
export const SCHEDULER_PLUGINS_GROUP_LABEL = 'scheduling.x-k8s.io/pod-group';

/** The operator-name label's value for a job kind, such as `pytorchjob-controller`. */
export const operatorNameOf = (kind: string): string => `${kind.toLowerCase()}-controller`;

/** The operator-name label's value on what an MPIJob over ssh owns. */
export const MPI_OPERATOR = 'mpi-operator';

/** Who may look after a job: `spec.runPolicy.managedBy`. */
export const MANAGED_BY_TRAINING_OPERATOR = 'kubeflow.org/training-operator';
export const MANAGED_BY_MPI_OPERATOR = 'kubeflow.org/mpi-operator';
export const MANAGED_BY_MULTIKUEUE = 'kueue.x-k8s.io/multikueue';

/** On a job: how long it takes once all of its pods run, such as `2h30m`; for `armature simulate`. */
export const EXPECTED_DURATION_ANNOTATION = 'armature.dev/expected-duration';
/** On a job: how often it saves what it has done, such as `10m`; what came after is lost when a pod is taken away. */
export const CHECKPOINT_INTERVAL_ANNOTATION = 'armature.dev/checkpoint-interval';

/** On a launcher's Job: tells the pod template that it was made from. */
export const TEMPLATE_HASH_ANNOTATION = 'armature.dev/template-hash';
/** On a job's ConfigMap: the Secret that holds its keys, which is made before it. */
export const KEYS_ANNOTATION = 'armature.dev/ssh-keys';

export const QUEUE_NAME_LABEL = 'kueue.x-k8s.io/queue-name';
export const QUEUE_PRIORITY_CLASS_LABEL = 'kueue.x-k8s.io/priority-class';
