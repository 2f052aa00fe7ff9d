import { JOB_MESSAGES } from './job-messages.ts';

/**
 * The messages that kubectl and programs with Kubernetes' typed clients send, by name: their fields in the order of
 * their numbers, separated by blanks. A field reads [NUMBER=]NAME[+]SHAPE; the number is given where it is not the one
 * after the last.
 *
 * - `+`: it counts even when it is empty or zero; other fields are absent then.
 * - Shapes: none is text, `#` a whole number, `?` yes or no, `%` bytes, `:Message` another message,
 *   `@quantity`, `@time`, `@intstr` and `@fields` what has a form of its own in JSON;
 *   `[]` a list and `{}` a map of the shape that follows; `&Message` a message whose fields stand in this one.
 */
export const MESSAGES: Readonly<Record<string, string>> = {
  ...JOB_MESSAGES,
  AggregationRule: 'clusterRoleSelectors[]:LabelSelector',
  AuthorizationExtraValue: 'items[]',
  Binding: 'metadata:ObjectMeta target+:ObjectReference',
  BoundObjectReference: 'kind apiVersion name uid',
  ClientIPConfig: 'timeoutSeconds+#',
  ClusterRole: 'metadata:ObjectMeta rules[]:PolicyRule aggregationRule+:AggregationRule',
  ClusterRoleBinding: 'metadata:ObjectMeta subjects[]:Subject roleRef+:RoleRef',
  Condition: 'type+ status observedGeneration# lastTransitionTime+@time reason+ message+',
  ConfigMap: 'metadata:ObjectMeta data{} binaryData{}% immutable+?',
  DeleteOptions: `
    gracePeriodSeconds+# preconditions+:Preconditions orphanDependents+? propagationPolicy+ dryRun[]
    ignoreStoreReadErrorWithClusterBreakingPotential+?`,
  Event: `
    metadata:ObjectMeta involvedObject+:ObjectReference reason message source:EventSource firstTimestamp@time
    lastTimestamp@time count# type eventTime@time series+:EventSeries action related+:ObjectReference
    reportingComponent+ reportingInstance+`,
  EventSeries: 'count# lastObservedTime@time',
  EventSource: 'component host',
  EventsEvent: `
    metadata:ObjectMeta eventTime+@time series+:EventsEventSeries reportingController reportingInstance action
    reason regarding:ObjectReference related+:ObjectReference note type deprecatedSource:EventSource
    deprecatedFirstTimestamp@time deprecatedLastTimestamp@time deprecatedCount#`,
  EventsEventSeries: 'count+# lastObservedTime+@time',
  Eviction: 'metadata:ObjectMeta deleteOptions+:DeleteOptions',
  ExtraValue: 'items[]',
  FieldSelectorAttributes: 'rawSelector requirements[]:FieldSelectorRequirement',
  FieldSelectorRequirement: 'key+ operator+ values[]',
  LabelSelector: 'matchLabels{} matchExpressions[]:LabelSelectorRequirement',
  LabelSelectorAttributes: 'rawSelector requirements[]:LabelSelectorRequirement',
  LabelSelectorRequirement: 'key+ operator+ values[]',
  Lease: 'metadata:ObjectMeta spec:LeaseSpec',
  LeaseSpec: `
    holderIdentity+ leaseDurationSeconds+# acquireTime+@time renewTime+@time leaseTransitions+# strategy+
    preferredHolder+`,
  LimitRange: 'metadata:ObjectMeta spec:LimitRangeSpec',
  LimitRangeItem: `
    type+ max{}@quantity min{}@quantity default{}@quantity defaultRequest{}@quantity
    maxLimitRequestRatio{}@quantity`,
  LimitRangeSpec: 'limits[]:LimitRangeItem',
  LoadBalancerIngress: 'ip hostname ipMode+ ports[]:PortStatus',
  LoadBalancerStatus: 'ingress[]:LoadBalancerIngress',
  LocalObjectReference: 'name',
  LocalSubjectAccessReview: 'metadata:ObjectMeta spec:SubjectAccessReviewSpec status:SubjectAccessReviewStatus',
  ManagedFieldsEntry: 'manager operation apiVersion time+@time 6=fieldsType fieldsV1+@fields subresource',
  Namespace: 'metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus',
  NamespaceCondition: 'type+ status 4=lastTransitionTime@time reason message',
  NamespaceSpec: 'finalizers[]',
  NamespaceStatus: 'phase conditions[]:NamespaceCondition',
  NonResourceAttributes: 'path verb',
  NonResourceRule: 'verbs[] nonResourceURLs[]',
  ObjectMeta: `
    name generateName namespace selfLink uid resourceVersion generation# creationTimestamp@time
    deletionTimestamp+@time deletionGracePeriodSeconds+# labels{} annotations{} ownerReferences[]:OwnerReference
    finalizers[] 17=managedFields[]:ManagedFieldsEntry`,
  ObjectReference: 'kind namespace name uid apiVersion resourceVersion fieldPath',
  OwnerReference: 'kind+ 3=name+ uid+ apiVersion+ controller+? blockOwnerDeletion+?',
  PodDisruptionBudget: 'metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus',
  PodDisruptionBudgetSpec: `
    minAvailable+@intstr selector+:LabelSelector maxUnavailable+@intstr unhealthyPodEvictionPolicy+`,
  PodDisruptionBudgetStatus: `
    observedGeneration# disruptedPods{}@time disruptionsAllowed+# currentHealthy+# desiredHealthy+#
    expectedPods+# conditions[]:Condition`,
  PolicyRule: 'verbs[] apiGroups[] resources[] resourceNames[] nonResourceURLs[]',
  PortStatus: 'port+# protocol+ error+',
  Preconditions: 'uid+ resourceVersion+',
  PriorityClass: 'metadata:ObjectMeta value+# globalDefault? description preemptionPolicy+',
  ResourceAttributes: `
    namespace verb group version resource subresource name fieldSelector+:FieldSelectorAttributes
    labelSelector+:LabelSelectorAttributes`,
  ResourceQuota: 'metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus',
  ResourceQuotaSpec: 'hard{}@quantity scopes[] scopeSelector+:ScopeSelector',
  ResourceQuotaStatus: 'hard{}@quantity used{}@quantity',
  ResourceRule: 'verbs[] apiGroups[] resources[] resourceNames[]',
  Role: 'metadata:ObjectMeta rules[]:PolicyRule',
  RoleBinding: 'metadata:ObjectMeta subjects[]:Subject roleRef+:RoleRef',
  RoleRef: 'apiGroup+ kind+ name+',
  Scale: 'metadata:ObjectMeta spec:ScaleSpec status:ScaleStatus',
  ScaleSpec: 'replicas#',
  ScaleStatus: 'replicas+# selector',
  ScopeSelector: 'matchExpressions[]:ScopedResourceSelectorRequirement',
  ScopedResourceSelectorRequirement: 'scopeName+ operator+ values[]',
  Secret: 'metadata:ObjectMeta data{}% type stringData{} immutable+?',
  SelfSubjectAccessReview: 'metadata:ObjectMeta spec:SelfSubjectAccessReviewSpec status:SubjectAccessReviewStatus',
  SelfSubjectAccessReviewSpec: 'resourceAttributes+:ResourceAttributes nonResourceAttributes+:NonResourceAttributes',
  SelfSubjectReview: 'metadata:ObjectMeta status:SelfSubjectReviewStatus',
  SelfSubjectReviewStatus: 'userInfo:UserInfo',
  SelfSubjectRulesReview: 'metadata:ObjectMeta spec:SelfSubjectRulesReviewSpec status:SubjectRulesReviewStatus',
  SelfSubjectRulesReviewSpec: 'namespace',
  Service: 'metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus',
  ServiceAccount: `
    metadata:ObjectMeta secrets[]:ObjectReference imagePullSecrets[]:LocalObjectReference
    automountServiceAccountToken+?`,
  ServicePort: 'name protocol port+# targetPort@intstr nodePort# appProtocol+',
  ServiceSpec: `
    ports[]:ServicePort selector{} clusterIP type externalIPs[] 7=sessionAffinity loadBalancerIP
    loadBalancerSourceRanges[] externalName externalTrafficPolicy healthCheckNodePort# publishNotReadyAddresses?
    sessionAffinityConfig+:SessionAffinityConfig 17=ipFamilyPolicy+ clusterIPs[] ipFamilies[]
    allocateLoadBalancerNodePorts+? loadBalancerClass+ internalTrafficPolicy+ trafficDistribution+`,
  ServiceStatus: 'loadBalancer:LoadBalancerStatus conditions[]:Condition',
  SessionAffinityConfig: 'clientIP+:ClientIPConfig',
  Subject: 'kind+ apiGroup name+ namespace',
  SubjectAccessReview: 'metadata:ObjectMeta spec:SubjectAccessReviewSpec status:SubjectAccessReviewStatus',
  SubjectAccessReviewSpec: `
    resourceAttributes+:ResourceAttributes nonResourceAttributes+:NonResourceAttributes user groups[]
    extra{}:AuthorizationExtraValue uid`,
  SubjectAccessReviewStatus: 'allowed+? reason evaluationError denied?',
  SubjectRulesReviewStatus: `
    resourceRules[]:ResourceRule nonResourceRules[]:NonResourceRule incomplete+? evaluationError`,
  TokenRequest: 'metadata:ObjectMeta spec:TokenRequestSpec status:TokenRequestStatus',
  TokenRequestSpec: 'audiences[] 3=boundObjectRef+:BoundObjectReference expirationSeconds+#',
  TokenRequestStatus: 'token+ expirationTimestamp+@time',
  TokenReview: 'metadata:ObjectMeta spec:TokenReviewSpec status:TokenReviewStatus',
  TokenReviewSpec: 'token audiences[]',
  TokenReviewStatus: 'authenticated? user:UserInfo error audiences[]',
  UserInfo: 'username uid groups[] extra{}:ExtraValue',
};
