/** Labels and annotations that carry meaning, upstream's and our own; written here and nowhere else. */

export const OPERATOR_NAME_LABEL = 'training.kubeflow.org/operator-name';
export const JOB_NAME_LABEL = 'training.kubeflow.org/job-name';
/** The replica type in lower case. */
export const REPLICA_TYPE_LABEL = 'training.kubeflow.org/replica-type';
export const REPLICA_INDEX_LABEL = 'training.kubeflow.org/replica-index';
export const JOB_ROLE_LABEL = 'training.kubeflow.org/job-role';
export const JOB_ROLE_MASTER = 'master';

/** On the pods of a job that restarts as a whole: the number of the attempt that they belong to. */
export const ATTEMPT_LABEL = 'armature.dev/attempt';

/** `"true"` or `"false"` on a job: one Service for each pod, as upstream makes them, or one for the job. */
export const SERVICE_PER_POD_ANNOTATION = 'armature.dev/service-per-pod';

export const VOLCANO_GROUP_ANNOTATION = 'scheduling.k8s.io/group-name';
export const VOLCANO_TASK_ANNOTATION = 'volcano.sh/task-spec';
/** On a job: Volcano's queue. */
export const VOLCANO_QUEUE_ANNOTATION = 'scheduling.volcano.sh/queue-name';
export const SCHEDULER_PLUGINS_GROUP_LABEL = 'scheduling.x-k8s.io/pod-group';

/** The operator-name label's value for a job kind, such as `pytorchjob-controller`. */
export const operatorNameOf = (kind: string): string => `${kind.toLowerCase()}-controller`;

/** The operator-name label's value on what an MPIJob over ssh owns. */
export const MPI_OPERATOR = 'mpi-operator';

/** Who may look after a job: `spec.runPolicy.managedBy`. */
export const MANAGED_BY_TRAINING_OPERATOR = 'kubeflow.org/training-operator';
export const MANAGED_BY_MPI_OPERATOR = 'kubeflow.org/mpi-operator';
export const MANAGED_BY_MULTIKUEUE = 'kueue.x-k8s.io/multikueue';
/** The same in a TrainJob: `spec.managedBy`. */
export const MANAGED_BY_TRAINJOB_CONTROLLER = 'trainer.kubeflow.org/trainjob-controller';

/** On a job of a training runtime: the step of a TrainJob that it is; on its value depends what the TrainJob changes. */
export const ANCESTOR_LABEL = 'trainer.kubeflow.org/trainjob-ancestor-step';
/** On a training runtime: what it trains with; clients show only runtimes that have it. */
export const FRAMEWORK_LABEL = 'trainer.kubeflow.org/framework';
/** On a training runtime, `deprecated`: whoever uses it is warned. */
export const SUPPORT_LABEL = 'trainer.kubeflow.org/support';
/** On a ConfigMap, Secret or JobSet of ours: the TrainJob it belongs to. */
export const TRAIN_JOB_LABEL = 'armature.dev/train-job';
/** On a launcher's Job, or a TrainJob's JobSet: tells the template that it was made from. */
export const TEMPLATE_HASH_ANNOTATION = 'armature.dev/template-hash';

/** On a job: how long it takes once all of its pods run, such as `2h30m`; for `armature simulate`. */
export const EXPECTED_DURATION_ANNOTATION = 'armature.dev/expected-duration';
/** On a job: how often it saves what it has done, such as `10m`; what came after is lost when a pod is taken away. */
export const CHECKPOINT_INTERVAL_ANNOTATION = 'armature.dev/checkpoint-interval';

/** On a job's ConfigMap: the Secret that holds its keys, which is made before it. */
export const KEYS_ANNOTATION = 'armature.dev/ssh-keys';
/** `"true"` on a job: its containers are told where to report their progress, and given a token for that. */
export const REPORT_PROGRESS_ANNOTATION = 'armature.dev/report-progress';
/** On a pod, set by the controller: the certificates by which it knows the server that takes its progress. */
export const PROGRESS_AUTHORITY_ANNOTATION = 'armature.dev/progress-authority';

export const QUEUE_NAME_LABEL = 'kueue.x-k8s.io/queue-name';
export const QUEUE_PRIORITY_CLASS_LABEL = 'kueue.x-k8s.io/priority-class';

/** JobSet's labels, each of them an annotation too, on child Jobs and on their pods. */
export const JOB_SET_NAME_LABEL = 'jobset.sigs.k8s.io/jobset-name';
export const JOB_SET_UID_LABEL = 'jobset.sigs.k8s.io/jobset-uid';
export const REPLICATED_JOB_NAME_LABEL = 'jobset.sigs.k8s.io/replicatedjob-name';
export const REPLICATED_JOB_REPLICAS_LABEL = 'jobset.sigs.k8s.io/replicatedjob-replicas';
/** Among the Jobs of its replicated job. */
export const JOB_INDEX_LABEL = 'jobset.sigs.k8s.io/job-index';
/** Among all Jobs of the JobSet. */
export const JOB_GLOBAL_INDEX_LABEL = 'jobset.sigs.k8s.io/job-global-index';
export const GLOBAL_REPLICAS_LABEL = 'jobset.sigs.k8s.io/global-replicas';
/** SHA-1, in hexadecimal digits, of the Job's `namespace/name`. */
export const JOB_KEY_LABEL = 'jobset.sigs.k8s.io/job-key';
/** How often the whole set had been restarted when the Job was made. */
export const RESTART_ATTEMPT_LABEL = 'jobset.sigs.k8s.io/restart-attempt';
/** How often this one Job had been restarted when it was made. */
export const JOB_RESTART_ATTEMPT_LABEL = 'jobset.sigs.k8s.io/job-restart-attempt';
export const GROUP_NAME_LABEL = 'jobset.sigs.k8s.io/group-name';
export const GROUP_REPLICAS_LABEL = 'jobset.sigs.k8s.io/group-replicas';
export const JOB_GROUP_INDEX_LABEL = 'jobset.sigs.k8s.io/job-group-index';
/** The stable address of the pod that `spec.coordinator` names. */
export const COORDINATOR_LABEL = 'jobset.sigs.k8s.io/coordinator';
/** On a JobSet or on a replicated job's template: the node label of which each Job gets a value for itself. */
export const EXCLUSIVE_TOPOLOGY_ANNOTATION = 'alpha.jobset.sigs.k8s.io/exclusive-topology';
/** Beside the former: nodes carry {@link NAMESPACED_JOB_LABEL} already, so that a node selector is enough. */
export const NODE_SELECTOR_STRATEGY_ANNOTATION = 'alpha.jobset.sigs.k8s.io/node-selector';
export const NAMESPACED_JOB_LABEL = 'alpha.jobset.sigs.k8s.io/namespaced-job';
export const NO_SCHEDULE_TAINT = 'alpha.jobset.sigs.k8s.io/no-schedule';

/** Who may look after a JobSet: `spec.managedBy`. */
export const MANAGED_BY_JOB_SET_CONTROLLER = 'jobset.sigs.k8s.io/jobset-controller';
export const QUEUE_MAX_SECONDS_LABEL = 'kueue.x-k8s.io/max-exec-time-seconds';
/** Annotations of a pod template, for Kueue's topology-aware scheduling: the label of a level, but for the last: `"true"`. */
export const QUEUE_REQUIRED_TOPOLOGY_ANNOTATION = 'kueue.x-k8s.io/podset-required-topology';
export const QUEUE_PREFERRED_TOPOLOGY_ANNOTATION = 'kueue.x-k8s.io/podset-preferred-topology';
export const QUEUE_UNCONSTRAINED_TOPOLOGY_ANNOTATION = 'kueue.x-k8s.io/podset-unconstrained-topology';

/** Labels of nodes that their provider may take back at any moment: GKE, Karpenter and EKS, AKS, OpenShift. */
export const GKE_SPOT_LABEL = 'cloud.google.com/gke-spot';
/** `spot`, `on-demand` or `reserved`. */
export const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';
export const AKS_SPOT_LABEL = 'kubernetes.azure.com/scalesetpriority';
export const OPENSHIFT_SPOT_LABEL = 'machine.openshift.io/interruptible-instance';

/** Which Pod Security standard a namespace enforces: `privileged`, `baseline` or `restricted`. */
export const POD_SECURITY_ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/** The types of Secret that the controller makes for jobs, and the only ones that it may: neither means anything to Kubernetes' access. */
export const SSH_KEYS_TYPE = 'kubernetes.io/ssh-auth';
export const CURVE_KEYS_TYPE = 'armature.dev/curve-keys';
