import type { TypeTable } from './notation.ts';

/** Types of pods. */
export const PODS_TYPES: TypeTable = {
  Affinity: 'nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity',
  ContainerExtendedResourceRequest: 'containerName! requestName! resourceName!',
  ContainerState: 'running:ContainerStateRunning terminated:ContainerStateTerminated waiting:ContainerStateWaiting',
  ContainerStateRunning: 'startedAt!%',
  ContainerStateTerminated: 'containerID exitCode!# finishedAt!% message reason signal# startedAt!%',
  ContainerStateWaiting: 'message reason',
  ContainerStatus: `
    allocatedResources{}* allocatedResourcesStatus[name]:ResourceStatus containerID image! imageID!
    lastState!:ContainerState name! ready!? resources:ResourceRequirements restartCount!# started?
    state!:ContainerState stopSignal user:ContainerUser volumeMounts[mountPath]:VolumeMountStatus`,
  ContainerUser: 'linux:LinuxContainerUser',
  HostAlias: 'hostnames[] ip!',
  HostIP: 'ip!',
  ImageVolumeStatus: 'imageRef',
  LinuxContainerUser: 'gid!# supplementalGroups[]# uid!#',
  LocalObjectReference: '! name!',
  NodeAffinity: `
    preferredDuringSchedulingIgnoredDuringExecution[]:PreferredSchedulingTerm
    requiredDuringSchedulingIgnoredDuringExecution:NodeSelector`,
  NodeAllocatableResourceClaimStatus: 'containers[=] resourceClaimName! resources!{}*',
  NodeSelector: '! nodeSelectorTerms![]:NodeSelectorTerm',
  NodeSelectorRequirement: 'key! operator! values[]',
  NodeSelectorTerm: '! matchExpressions[]:NodeSelectorRequirement matchFields[]:NodeSelectorRequirement',
  Pod: '@ spec!:PodSpec status!:PodStatus',
  PodAffinity: `
    preferredDuringSchedulingIgnoredDuringExecution[]:WeightedPodAffinityTerm
    requiredDuringSchedulingIgnoredDuringExecution[]:PodAffinityTerm`,
  PodAffinityTerm: `
    labelSelector:LabelSelector matchLabelKeys[] mismatchLabelKeys[] namespaceSelector:LabelSelector namespaces[]
    topologyKey!`,
  PodAntiAffinity: `
    preferredDuringSchedulingIgnoredDuringExecution[]:WeightedPodAffinityTerm
    requiredDuringSchedulingIgnoredDuringExecution[]:PodAffinityTerm`,
  PodCondition: 'lastProbeTime!% lastTransitionTime!% message observedGeneration# reason status! type!',
  PodDNSConfig: 'nameservers[] options[]:PodDNSConfigOption searches[]',
  PodDNSConfigOption: 'name value',
  PodExtendedResourceClaimStatus: 'requestMappings![]:ContainerExtendedResourceRequest resourceClaimName!',
  PodIP: 'ip!',
  PodOS: 'name!',
  PodReadinessGate: 'conditionType!',
  PodResourceClaim: 'name! resourceClaimName resourceClaimTemplateName',
  PodResourceClaimStatus: 'name! resourceClaimName',
  PodSchedulingGate: 'name!',
  PodSchedulingGroup: 'podGroupName',
  PodSecurityContext: `
    appArmorProfile:AppArmorProfile fsGroup# fsGroupChangePolicy runAsGroup# runAsNonRoot? runAsUser#
    seLinuxChangePolicy seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups[]#
    supplementalGroupsPolicy sysctls[]:Sysctl windowsOptions:WindowsSecurityContextOptions`,
  PodSpec: `
    activeDeadlineSeconds# affinity:Affinity automountServiceAccountToken? containers![name]:Container
    dnsConfig:PodDNSConfig dnsPolicy enableServiceLinks? ephemeralContainers[name]:EphemeralContainer
    hostAliases[ip]:HostAlias hostIPC? hostNetwork? hostPID? hostUsers? hostname hostnameOverride
    imagePullSecrets[name]:LocalObjectReference initContainers[name]:Container nodeName nodeSelector{!} os:PodOS
    overhead{}* preemptionPolicy priority# priorityClassName readinessGates[]:PodReadinessGate
    resourceClaims[name]:PodResourceClaim~^ resources:ResourceRequirements restartPolicy runtimeClassName
    schedulerName schedulingGates[name]:PodSchedulingGate schedulingGroup:PodSchedulingGroup
    securityContext:PodSecurityContext serviceAccount serviceAccountName setHostnameAsFQDN? shareProcessNamespace?
    subdomain terminationGracePeriodSeconds# tolerations[]:Toleration
    topologySpreadConstraints[topologyKey,whenUnsatisfiable]:TopologySpreadConstraint~topologyKey
    volumes[name]:Volume~^`,
  PodStatus: `
    allocatedResources{}* conditions[type]:PodCondition containerStatuses[]:ContainerStatus
    ephemeralContainerStatuses[]:ContainerStatus extendedResourceClaimStatus:PodExtendedResourceClaimStatus hostIP
    hostIPs[]:HostIP~ip initContainerStatuses[]:ContainerStatus message
    nodeAllocatableResourceClaimStatuses[]:NodeAllocatableResourceClaimStatus nominatedNodeName observedGeneration#
    phase podIP podIPs[ip]:PodIP qosClass reason resize resourceClaimStatuses[name]:PodResourceClaimStatus~^
    resources:ResourceRequirements startTime%`,
  PodTemplate: '@ template!:PodTemplateSpec',
  PodTemplateSpec: 'metadata!:ObjectMeta spec!:PodSpec',
  PreferredSchedulingTerm: 'preference!:NodeSelectorTerm weight!#',
  ResourceHealth: 'health message resourceID!',
  ResourceStatus: 'name! resources[resourceID]:ResourceHealth~-',
  Sysctl: 'name! value!',
  Toleration: 'effect key operator tolerationSeconds# value',
  TopologySpreadConstraint: `
    labelSelector:LabelSelector matchLabelKeys[] maxSkew!# minDomains# nodeAffinityPolicy nodeTaintsPolicy
    topologyKey! whenUnsatisfiable!`,
  VolumeMountStatus: 'mountPath! name! readOnly? recursiveReadOnly volumeStatus:VolumeStatus',
  VolumeStatus: 'image:ImageVolumeStatus',
  WeightedPodAffinityTerm: 'podAffinityTerm!:PodAffinityTerm weight!#',
};
