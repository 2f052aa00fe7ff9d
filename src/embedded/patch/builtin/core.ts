import type { TypeTable } from './notation.ts';

/** Types of the other kinds of the core group. */
export const CORE_TYPES: TypeTable = {
  AttachedVolume: 'devicePath! name!',
  ClientIPConfig: 'timeoutSeconds#',
  ConfigMap: '@ binaryData{} data{} immutable?',
  ConfigMapNodeConfigSource: 'kubeletConfigKey! name! namespace! resourceVersion uid',
  ContainerImage: 'names[] sizeBytes#',
  DaemonEndpoint: 'Port!#',
  DownwardAPIVolumeFile: 'fieldRef:ObjectFieldSelector mode# path! resourceFieldRef:ResourceFieldSelector',
  Event: `
    @ action count# eventTime!% firstTimestamp!% involvedObject!:ObjectReference lastTimestamp!% message reason
    related:ObjectReference reportingComponent! reportingInstance! series:EventSeries source!:EventSource type`,
  EventSeries: 'count# lastObservedTime!%',
  EventSource: 'component host',
  KeyToPath: 'key! mode# path!',
  LimitRange: '@ spec!:LimitRangeSpec',
  LimitRangeItem: 'default{}* defaultRequest{}* max{}* maxLimitRequestRatio{}* min{}* type!',
  LimitRangeSpec: 'limits![]:LimitRangeItem',
  LoadBalancerIngress: 'hostname ip ipMode ports[]:PortStatus',
  LoadBalancerStatus: 'ingress[]:LoadBalancerIngress',
  ModifyVolumeStatus: 'status! targetVolumeAttributesClassName',
  Namespace: '@ spec!:NamespaceSpec status!:NamespaceStatus',
  NamespaceCondition: 'lastTransitionTime!% message reason status! type!',
  NamespaceSpec: 'finalizers[]',
  NamespaceStatus: 'conditions[type]:NamespaceCondition phase',
  Node: '@ spec!:NodeSpec status!:NodeStatus',
  NodeAddress: 'address! type!',
  NodeCondition: 'lastHeartbeatTime!% lastTransitionTime!% message reason status! type!',
  NodeConfigSource: 'configMap:ConfigMapNodeConfigSource',
  NodeConfigStatus: 'active:NodeConfigSource assigned:NodeConfigSource error lastKnownGood:NodeConfigSource',
  NodeDaemonEndpoints: 'kubeletEndpoint!:DaemonEndpoint',
  NodeFeatures: 'supplementalGroupsPolicy?',
  NodeRuntimeHandler: 'features:NodeRuntimeHandlerFeatures name!',
  NodeRuntimeHandlerFeatures: 'recursiveReadOnlyMounts? userNamespaces?',
  NodeSpec: 'configSource:NodeConfigSource externalID podCIDR podCIDRs[=]~ providerID taints[]:Taint unschedulable?',
  NodeStatus: `
    addresses[type]:NodeAddress allocatable{}* capacity{}* conditions[type]:NodeCondition config:NodeConfigStatus
    daemonEndpoints!:NodeDaemonEndpoints declaredFeatures[] features:NodeFeatures images[]:ContainerImage
    nodeInfo!:NodeSystemInfo phase runtimeHandlers[]:NodeRuntimeHandler volumesAttached[]:AttachedVolume
    volumesInUse[]`,
  NodeSwapStatus: 'capacity#',
  NodeSystemInfo: `
    architecture! bootID! containerRuntimeVersion! kernelVersion! kubeProxyVersion! kubeletVersion! machineID!
    operatingSystem! osImage! swap:NodeSwapStatus systemUUID!`,
  ObjectReference: '! apiVersion fieldPath kind name namespace resourceVersion uid',
  PersistentVolumeClaim: '@ spec!:PersistentVolumeClaimSpec status!:PersistentVolumeClaimStatus',
  PersistentVolumeClaimCondition: 'lastProbeTime!% lastTransitionTime!% message reason status! type!',
  PersistentVolumeClaimSpec: `
    accessModes[] dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference
    resources!:VolumeResourceRequirements selector:LabelSelector storageClassName volumeAttributesClassName
    volumeMode volumeName`,
  PersistentVolumeClaimStatus: `
    accessModes[] allocatedResourceStatuses{} allocatedResources{}* capacity{}*
    conditions[type]:PersistentVolumeClaimCondition currentVolumeAttributesClassName
    modifyVolumeStatus:ModifyVolumeStatus phase`,
  PersistentVolumeClaimTemplate: 'metadata!:ObjectMeta spec!:PersistentVolumeClaimSpec',
  PortStatus: 'error port!# protocol!',
  ResourceQuota: '@ spec!:ResourceQuotaSpec status!:ResourceQuotaStatus',
  ResourceQuotaSpec: 'hard{}* scopeSelector:ScopeSelector scopes[]',
  ResourceQuotaStatus: 'hard{}* used{}*',
  ScopeSelector: '! matchExpressions[]:ScopedResourceSelectorRequirement',
  ScopedResourceSelectorRequirement: 'operator! scopeName! values[]',
  Secret: '@ data{} immutable? stringData{} type',
  Service: '@ spec!:ServiceSpec status!:ServiceStatus',
  ServiceAccount: `
    @ automountServiceAccountToken? imagePullSecrets[]:LocalObjectReference secrets[name]:ObjectReference`,
  ServicePort: 'appProtocol name nodePort# port!# protocol=TCP targetPort*',
  ServiceSpec: `
    allocateLoadBalancerNodePorts? clusterIP clusterIPs[] externalIPs[] externalName externalTrafficPolicy
    healthCheckNodePort# internalTrafficPolicy ipFamilies[] ipFamilyPolicy loadBalancerClass loadBalancerIP
    loadBalancerSourceRanges[] ports[port,protocol]:ServicePort~port publishNotReadyAddresses? selector{!}
    sessionAffinity sessionAffinityConfig:SessionAffinityConfig trafficDistribution type`,
  ServiceStatus: 'conditions[type]:Condition loadBalancer!:LoadBalancerStatus',
  SessionAffinityConfig: 'clientIP:ClientIPConfig',
  Taint: 'effect! key! timeAdded* value',
  TypedLocalObjectReference: '! apiGroup kind! name!',
  TypedObjectReference: 'apiGroup kind! name! namespace',
  VolumeResourceRequirements: 'limits{}* requests{}*',
};
