import type { TypeTable } from './notation.ts';

/** Types of apps, batch, coordination, events, networking, policy, rbac and scheduling. */
export const WORKLOADS_TYPES: TypeTable = {
  Deployment: '@ spec!:DeploymentSpec status!:DeploymentStatus',
  DeploymentCondition: 'lastTransitionTime!% lastUpdateTime!% message reason status! type!',
  DeploymentSpec: `
    minReadySeconds# paused? progressDeadlineSeconds# replicas# revisionHistoryLimit# selector:LabelSelector
    strategy!:DeploymentStrategy~^ template!:PodTemplateSpec`,
  DeploymentStatus: `
    availableReplicas# collisionCount# conditions[type]:DeploymentCondition observedGeneration# readyReplicas#
    replicas# terminatingReplicas# unavailableReplicas# updatedReplicas#`,
  DeploymentStrategy: 'rollingUpdate:RollingUpdateDeployment type',
  RollingUpdateDeployment: 'maxSurge* maxUnavailable*',
  Job: '@ spec!:JobSpec status!:JobStatus',
  JobCondition: 'lastProbeTime!% lastTransitionTime!% message reason status! type!',
  JobSpec: `
    activeDeadlineSeconds# backoffLimit# backoffLimitPerIndex# completionMode completions# managedBy manualSelector?
    maxFailedIndexes# parallelism# podFailurePolicy:PodFailurePolicy podReplacementPolicy selector:LabelSelector
    successPolicy:SuccessPolicy suspend? template!:PodTemplateSpec ttlSecondsAfterFinished#`,
  JobStatus: `
    active# completedIndexes completionTime* conditions[]:JobCondition~type failed# failedIndexes ready# startTime*
    succeeded# terminating# uncountedTerminatedPods:UncountedTerminatedPods`,
  PodFailurePolicy: 'rules![]:PodFailurePolicyRule',
  PodFailurePolicyOnExitCodesRequirement: 'containerName operator! values![=]#',
  PodFailurePolicyOnPodConditionsPattern: 'status! type!',
  PodFailurePolicyRule: `
    action! onExitCodes:PodFailurePolicyOnExitCodesRequirement
    onPodConditions[]:PodFailurePolicyOnPodConditionsPattern`,
  SuccessPolicy: 'rules![]:SuccessPolicyRule',
  SuccessPolicyRule: 'succeededCount# succeededIndexes',
  UncountedTerminatedPods: 'failed[=] succeeded[=]',
  Lease: '@ spec!:LeaseSpec',
  LeaseSpec: 'acquireTime% holderIdentity leaseDurationSeconds# leaseTransitions# preferredHolder renewTime% strategy',
  EventsEvent: `
    @ action deprecatedCount# deprecatedFirstTimestamp!% deprecatedLastTimestamp!% deprecatedSource!:EventSource
    eventTime!% note reason regarding!:ObjectReference related:ObjectReference reportingController reportingInstance
    series:EventsEventSeries type`,
  EventsEventSeries: 'count!# lastObservedTime!%',
  IPBlock: 'cidr! except[]',
  NetworkPolicy: '@ spec!:NetworkPolicySpec',
  NetworkPolicyEgressRule: 'ports[]:NetworkPolicyPort to[]:NetworkPolicyPeer',
  NetworkPolicyIngressRule: 'from[]:NetworkPolicyPeer ports[]:NetworkPolicyPort',
  NetworkPolicyPeer: 'ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector',
  NetworkPolicyPort: 'endPort# port* protocol',
  NetworkPolicySpec: `
    egress[]:NetworkPolicyEgressRule ingress[]:NetworkPolicyIngressRule podSelector!:LabelSelector policyTypes[]`,
  PodDisruptionBudget: '@ spec!:PodDisruptionBudgetSpec status!:PodDisruptionBudgetStatus',
  PodDisruptionBudgetSpec: 'maxUnavailable* minAvailable* selector:LabelSelector~replace unhealthyPodEvictionPolicy',
  PodDisruptionBudgetStatus: `
    conditions[type]:Condition currentHealthy!# desiredHealthy!# disruptedPods{}* disruptionsAllowed!#
    expectedPods!# observedGeneration#`,
  AggregationRule: 'clusterRoleSelectors[]:LabelSelector',
  ClusterRole: '@ aggregationRule:AggregationRule rules![]:PolicyRule',
  ClusterRoleBinding: '@ roleRef!:RoleRef subjects[]:Subject',
  PolicyRule: 'apiGroups[] nonResourceURLs[] resourceNames[] resources[] verbs![]',
  Role: '@ rules![]:PolicyRule',
  RoleBinding: '@ roleRef!:RoleRef subjects[]:Subject',
  RoleRef: '! apiGroup! kind! name!',
  Subject: '! apiGroup kind! name! namespace',
  PriorityClass: '@ description globalDefault? preemptionPolicy value!#',
  BasicSchedulingPolicy: '*',
  GangSchedulingPolicy: 'minCount!#',
  PodGroup: '@ spec!:PodGroupSpec status!:PodGroupStatus',
  PodGroupResourceClaim: 'name! resourceClaimName resourceClaimTemplateName',
  PodGroupResourceClaimStatus: 'name! resourceClaimName',
  PodGroupSchedulingConstraints: 'topology[]:TopologyConstraint',
  PodGroupSchedulingPolicy: 'basic:BasicSchedulingPolicy gang:GangSchedulingPolicy',
  PodGroupSpec: `
    disruptionMode podGroupTemplateRef:PodGroupTemplateReference priority# priorityClassName
    resourceClaims[name]:PodGroupResourceClaim~^ schedulingConstraints:PodGroupSchedulingConstraints
    schedulingPolicy!:PodGroupSchedulingPolicy`,
  PodGroupStatus: 'conditions[type]:Condition resourceClaimStatuses[name]:PodGroupResourceClaimStatus~^',
  PodGroupTemplateReference: 'workload:WorkloadPodGroupTemplateReference',
  TopologyConstraint: 'key!',
  WorkloadPodGroupTemplateReference: 'podGroupTemplateName! workloadName!',
};
