/** Messages of Jobs and of the pods that they describe; they read as those of {@link MESSAGES} do. */
export const JOB_MESSAGES: Readonly<Record<string, string>> = {
  AWSElasticBlockStoreVolumeSource: 'volumeID+ fsType partition# readOnly?',
  Affinity: 'nodeAffinity+:NodeAffinity podAffinity+:PodAffinity podAntiAffinity+:PodAntiAffinity',
  AppArmorProfile: 'type+ localhostProfile+',
  AzureDiskVolumeSource: 'diskName+ diskURI+ cachingMode+ fsType+ readOnly+? kind+',
  AzureFileVolumeSource: 'secretName+ shareName+ readOnly?',
  CSIVolumeSource: 'driver+ readOnly+? fsType+ volumeAttributes{} nodePublishSecretRef+:LocalObjectReference',
  Capabilities: 'add[] drop[]',
  CephFSVolumeSource: 'monitors[] path user secretFile secretRef+:LocalObjectReference readOnly?',
  CinderVolumeSource: 'volumeID+ fsType readOnly? secretRef+:LocalObjectReference',
  ClusterTrustBundleProjection: 'name+ signerName+ labelSelector+:LabelSelector path+ optional+?',
  ConfigMapEnvSource: 'inlined&LocalObjectReference optional+?',
  ConfigMapKeySelector: 'inlined&LocalObjectReference key+ optional+?',
  ConfigMapProjection: 'inlined&LocalObjectReference items[]:KeyToPath 4=optional+?',
  ConfigMapVolumeSource: 'inlined&LocalObjectReference items[]:KeyToPath defaultMode+# optional+?',
  Container: `
    name+ image command[] args[] workingDir ports[]:ContainerPort env[]:EnvVar resources:ResourceRequirements
    volumeMounts[]:VolumeMount livenessProbe+:Probe readinessProbe+:Probe lifecycle+:Lifecycle
    terminationMessagePath imagePullPolicy securityContext+:SecurityContext stdin? stdinOnce? tty?
    envFrom[]:EnvFromSource terminationMessagePolicy volumeDevices[]:VolumeDevice startupProbe+:Probe
    resizePolicy[]:ContainerResizePolicy restartPolicy+ restartPolicyRules[]:ContainerRestartRule`,
  ContainerPort: 'name hostPort# containerPort+# protocol hostIP',
  ContainerResizePolicy: 'resourceName+ restartPolicy+',
  ContainerRestartRule: 'action exitCodes+:ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'operator values[]#',
  DownwardAPIProjection: 'items[]:DownwardAPIVolumeFile',
  DownwardAPIVolumeFile: 'path+ fieldRef+:ObjectFieldSelector resourceFieldRef+:ResourceFieldSelector mode+#',
  DownwardAPIVolumeSource: 'items[]:DownwardAPIVolumeFile defaultMode+#',
  EmptyDirVolumeSource: 'medium sizeLimit+@quantity',
  EnvFromSource: 'prefix configMapRef+:ConfigMapEnvSource secretRef+:SecretEnvSource',
  EnvVar: 'name+ value valueFrom+:EnvVarSource',
  EnvVarSource: `
    fieldRef+:ObjectFieldSelector resourceFieldRef+:ResourceFieldSelector configMapKeyRef+:ConfigMapKeySelector
    secretKeyRef+:SecretKeySelector fileKeyRef+:FileKeySelector`,
  EphemeralContainer: 'inlined&EphemeralContainerCommon targetContainerName',
  EphemeralContainerCommon: `
    name+ image command[] args[] workingDir ports[]:ContainerPort env[]:EnvVar resources:ResourceRequirements
    volumeMounts[]:VolumeMount livenessProbe+:Probe readinessProbe+:Probe lifecycle+:Lifecycle
    terminationMessagePath imagePullPolicy securityContext+:SecurityContext stdin? stdinOnce? tty?
    envFrom[]:EnvFromSource terminationMessagePolicy volumeDevices[]:VolumeDevice startupProbe+:Probe
    resizePolicy[]:ContainerResizePolicy restartPolicy+ restartPolicyRules[]:ContainerRestartRule`,
  EphemeralVolumeSource: 'volumeClaimTemplate+:PersistentVolumeClaimTemplate',
  ExecAction: 'command[]',
  FCVolumeSource: 'targetWWNs[] lun+# fsType readOnly? wwids[]',
  FileKeySelector: 'volumeName+ path+ key+ optional+?',
  FlexVolumeSource: 'driver+ fsType secretRef+:LocalObjectReference readOnly? options{}',
  FlockerVolumeSource: 'datasetName datasetUUID',
  GCEPersistentDiskVolumeSource: 'pdName+ fsType partition# readOnly?',
  GRPCAction: 'port+# service+',
  GitRepoVolumeSource: 'repository+ revision directory',
  GlusterfsVolumeSource: 'endpoints+ path+ readOnly?',
  HTTPGetAction: 'path port+@intstr host scheme httpHeaders[]:HTTPHeader',
  HTTPHeader: 'name+ value+',
  HostAlias: 'ip+ hostnames[]',
  HostPathVolumeSource: 'path+ type+',
  ISCSIVolumeSource: `
    targetPortal+ iqn+ lun+# iscsiInterface fsType readOnly? portals[] chapAuthDiscovery?
    10=secretRef+:LocalObjectReference chapAuthSession? initiatorName+`,
  ImageVolumeSource: 'reference pullPolicy',
  Job: 'metadata:ObjectMeta spec:JobSpec status:JobStatus',
  JobCondition: 'type+ status+ lastProbeTime@time lastTransitionTime@time reason message',
  JobSpec: `
    parallelism+# completions+# activeDeadlineSeconds+# selector+:LabelSelector manualSelector+?
    template+:PodTemplateSpec backoffLimit+# ttlSecondsAfterFinished+# completionMode+ suspend+?
    podFailurePolicy+:PodFailurePolicy backoffLimitPerIndex+# maxFailedIndexes+# podReplacementPolicy+ managedBy+
    successPolicy+:SuccessPolicy`,
  JobStatus: `
    conditions[]:JobCondition startTime+@time completionTime+@time active# succeeded# failed# completedIndexes
    uncountedTerminatedPods+:UncountedTerminatedPods ready+# failedIndexes+ terminating+#`,
  KeyToPath: 'key+ path+ mode+#',
  Lifecycle: 'postStart+:LifecycleHandler preStop+:LifecycleHandler stopSignal+',
  LifecycleHandler: 'exec+:ExecAction httpGet+:HTTPGetAction tcpSocket+:TCPSocketAction sleep+:SleepAction',
  NFSVolumeSource: 'server+ path+ readOnly?',
  NodeAffinity: `
    requiredDuringSchedulingIgnoredDuringExecution+:NodeSelector
    preferredDuringSchedulingIgnoredDuringExecution[]:PreferredSchedulingTerm`,
  NodeSelector: 'nodeSelectorTerms[]:NodeSelectorTerm',
  NodeSelectorRequirement: 'key+ operator+ values[]',
  NodeSelectorTerm: 'matchExpressions[]:NodeSelectorRequirement matchFields[]:NodeSelectorRequirement',
  ObjectFieldSelector: 'apiVersion fieldPath+',
  PersistentVolumeClaimSpec: `
    accessModes[] resources:VolumeResourceRequirements volumeName selector+:LabelSelector storageClassName+
    volumeMode+ dataSource+:TypedLocalObjectReference dataSourceRef+:TypedObjectReference volumeAttributesClassName+`,
  PersistentVolumeClaimTemplate: 'metadata:ObjectMeta spec+:PersistentVolumeClaimSpec',
  PersistentVolumeClaimVolumeSource: 'claimName+ readOnly?',
  PhotonPersistentDiskVolumeSource: 'pdID+ fsType',
  PodAffinity: `
    requiredDuringSchedulingIgnoredDuringExecution[]:PodAffinityTerm
    preferredDuringSchedulingIgnoredDuringExecution[]:WeightedPodAffinityTerm`,
  PodAffinityTerm: `
    labelSelector+:LabelSelector namespaces[] topologyKey+ namespaceSelector+:LabelSelector matchLabelKeys[]
    mismatchLabelKeys[]`,
  PodAntiAffinity: `
    requiredDuringSchedulingIgnoredDuringExecution[]:PodAffinityTerm
    preferredDuringSchedulingIgnoredDuringExecution[]:WeightedPodAffinityTerm`,
  PodCertificateProjection: `
    signerName keyType maxExpirationSeconds+# credentialBundlePath keyPath certificateChainPath userAnnotations{}`,
  PodDNSConfig: 'nameservers[] searches[] options[]:PodDNSConfigOption',
  PodDNSConfigOption: 'name value+',
  PodFailurePolicy: 'rules[]:PodFailurePolicyRule',
  PodFailurePolicyOnExitCodesRequirement: 'containerName+ operator+ values[]#',
  PodFailurePolicyOnPodConditionsPattern: 'type+ status+',
  PodFailurePolicyRule: `
    action+ onExitCodes+:PodFailurePolicyOnExitCodesRequirement
    onPodConditions[]:PodFailurePolicyOnPodConditionsPattern`,
  PodOS: 'name+',
  PodReadinessGate: 'conditionType+',
  PodResourceClaim: 'name+ 3=resourceClaimName+ resourceClaimTemplateName+',
  PodSchedulingGate: 'name+',
  PodSchedulingGroup: 'podGroupName+',
  PodSecurityContext: `
    seLinuxOptions+:SELinuxOptions runAsUser+# runAsNonRoot+? supplementalGroups[]# fsGroup+# runAsGroup+#
    sysctls[]:Sysctl windowsOptions+:WindowsSecurityContextOptions fsGroupChangePolicy+
    seccompProfile+:SeccompProfile appArmorProfile+:AppArmorProfile supplementalGroupsPolicy+ seLinuxChangePolicy+`,
  PodSpec: `
    volumes[]:Volume containers[]:Container restartPolicy terminationGracePeriodSeconds+# activeDeadlineSeconds+#
    dnsPolicy nodeSelector{} serviceAccountName serviceAccount nodeName hostNetwork? hostPID? hostIPC?
    securityContext+:PodSecurityContext imagePullSecrets[]:LocalObjectReference hostname subdomain
    affinity+:Affinity schedulerName initContainers[]:Container automountServiceAccountToken+?
    tolerations[]:Toleration hostAliases[]:HostAlias priorityClassName priority+# dnsConfig+:PodDNSConfig
    shareProcessNamespace+? readinessGates[]:PodReadinessGate runtimeClassName+ enableServiceLinks+?
    preemptionPolicy+ overhead{}@quantity topologySpreadConstraints[]:TopologySpreadConstraint
    ephemeralContainers[]:EphemeralContainer setHostnameAsFQDN+? os+:PodOS hostUsers+?
    schedulingGates[]:PodSchedulingGate resourceClaims[]:PodResourceClaim resources+:ResourceRequirements
    hostnameOverride+ 43=schedulingGroup+:PodSchedulingGroup`,
  PodTemplateSpec: 'metadata:ObjectMeta spec:PodSpec',
  PortworxVolumeSource: 'volumeID+ fsType readOnly?',
  PreferredSchedulingTerm: 'weight+# preference+:NodeSelectorTerm',
  Probe: `
    inlined&ProbeHandler initialDelaySeconds# timeoutSeconds# periodSeconds# successThreshold# failureThreshold#
    terminationGracePeriodSeconds+#`,
  ProbeHandler: 'exec+:ExecAction httpGet+:HTTPGetAction tcpSocket+:TCPSocketAction grpc+:GRPCAction',
  ProjectedVolumeSource: 'sources[]:VolumeProjection defaultMode+#',
  QuobyteVolumeSource: 'registry+ volume+ readOnly? user group tenant',
  RBDVolumeSource: 'monitors[] image+ fsType pool user keyring secretRef+:LocalObjectReference readOnly?',
  ResourceClaim: 'name+ request',
  ResourceFieldSelector: 'containerName resource+ divisor@quantity',
  ResourceRequirements: 'limits{}@quantity requests{}@quantity claims[]:ResourceClaim',
  SELinuxOptions: 'user role type level',
  ScaleIOVolumeSource: `
    gateway+ system+ secretRef+:LocalObjectReference sslEnabled? protectionDomain storagePool storageMode volumeName
    fsType readOnly?`,
  SeccompProfile: 'type+ localhostProfile+',
  SecretEnvSource: 'inlined&LocalObjectReference optional+?',
  SecretKeySelector: 'inlined&LocalObjectReference key+ optional+?',
  SecretProjection: 'inlined&LocalObjectReference items[]:KeyToPath 4=optional+?',
  SecretVolumeSource: 'secretName items[]:KeyToPath defaultMode+# optional+?',
  SecurityContext: `
    capabilities+:Capabilities privileged+? seLinuxOptions+:SELinuxOptions runAsUser+# runAsNonRoot+?
    readOnlyRootFilesystem+? allowPrivilegeEscalation+? runAsGroup+# procMount+
    windowsOptions+:WindowsSecurityContextOptions seccompProfile+:SeccompProfile appArmorProfile+:AppArmorProfile`,
  ServiceAccountTokenProjection: 'audience expirationSeconds+# path+',
  SleepAction: 'seconds+#',
  StorageOSVolumeSource: 'volumeName volumeNamespace fsType readOnly? secretRef+:LocalObjectReference',
  SuccessPolicy: 'rules[]:SuccessPolicyRule',
  SuccessPolicyRule: 'succeededIndexes+ succeededCount+#',
  Sysctl: 'name+ value+',
  TCPSocketAction: 'port+@intstr host',
  Toleration: 'key operator value effect tolerationSeconds+#',
  TopologySpreadConstraint: `
    maxSkew+# topologyKey+ whenUnsatisfiable+ labelSelector+:LabelSelector minDomains+# nodeAffinityPolicy+
    nodeTaintsPolicy+ matchLabelKeys[]`,
  TypedLocalObjectReference: 'apiGroup+ kind+ name+',
  TypedObjectReference: 'apiGroup+ kind+ name+ namespace+',
  UncountedTerminatedPods: 'succeeded[] failed[]',
  Volume: 'name+ inlined&VolumeSource',
  VolumeDevice: 'name+ devicePath+',
  VolumeMount: 'name+ readOnly? mountPath+ subPath mountPropagation+ subPathExpr recursiveReadOnly+',
  VolumeProjection: `
    secret+:SecretProjection downwardAPI+:DownwardAPIProjection configMap+:ConfigMapProjection
    serviceAccountToken+:ServiceAccountTokenProjection clusterTrustBundle+:ClusterTrustBundleProjection
    podCertificate+:PodCertificateProjection`,
  VolumeResourceRequirements: 'limits{}@quantity requests{}@quantity',
  VolumeSource: `
    hostPath+:HostPathVolumeSource emptyDir+:EmptyDirVolumeSource gcePersistentDisk+:GCEPersistentDiskVolumeSource
    awsElasticBlockStore+:AWSElasticBlockStoreVolumeSource gitRepo+:GitRepoVolumeSource secret+:SecretVolumeSource
    nfs+:NFSVolumeSource iscsi+:ISCSIVolumeSource glusterfs+:GlusterfsVolumeSource
    persistentVolumeClaim+:PersistentVolumeClaimVolumeSource rbd+:RBDVolumeSource flexVolume+:FlexVolumeSource
    cinder+:CinderVolumeSource cephfs+:CephFSVolumeSource flocker+:FlockerVolumeSource
    downwardAPI+:DownwardAPIVolumeSource fc+:FCVolumeSource azureFile+:AzureFileVolumeSource
    configMap+:ConfigMapVolumeSource vsphereVolume+:VsphereVirtualDiskVolumeSource quobyte+:QuobyteVolumeSource
    azureDisk+:AzureDiskVolumeSource photonPersistentDisk+:PhotonPersistentDiskVolumeSource
    portworxVolume+:PortworxVolumeSource scaleIO+:ScaleIOVolumeSource projected+:ProjectedVolumeSource
    storageos+:StorageOSVolumeSource csi+:CSIVolumeSource ephemeral+:EphemeralVolumeSource image+:ImageVolumeSource`,
  VsphereVirtualDiskVolumeSource: 'volumePath+ fsType storagePolicyName storagePolicyID',
  WeightedPodAffinityTerm: 'weight+# podAffinityTerm+:PodAffinityTerm',
  WindowsSecurityContextOptions: 'gmsaCredentialSpecName+ gmsaCredentialSpec+ runAsUserName+ hostProcess+?',
};
