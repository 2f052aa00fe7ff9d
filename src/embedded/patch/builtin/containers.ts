import type { TypeTable } from './notation.ts';

/** Types of containers and what hangs on them. */
export const CONTAINERS_TYPES: TypeTable = {
  AppArmorProfile: 'localhostProfile type!',
  Capabilities: 'add[] drop[]',
  ConfigMapEnvSource: 'name! optional?',
  ConfigMapKeySelector: '! key! name! optional?',
  Container: `
    args[] command[] env[name]:EnvVar envFrom[]:EnvFromSource image imagePullPolicy lifecycle:Lifecycle
    livenessProbe:Probe name! ports[containerPort,protocol]:ContainerPort~containerPort readinessProbe:Probe
    resizePolicy[]:ContainerResizePolicy resources!:ResourceRequirements restartPolicy
    restartPolicyRules[]:ContainerRestartRule securityContext:SecurityContext startupProbe:Probe stdin? stdinOnce?
    terminationMessagePath terminationMessagePolicy tty? volumeDevices[devicePath]:VolumeDevice
    volumeMounts[mountPath]:VolumeMount workingDir`,
  ContainerPort: 'containerPort!# hostIP hostPort# name protocol=TCP',
  ContainerResizePolicy: 'resourceName! restartPolicy!',
  ContainerRestartRule: 'action exitCodes:ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'operator values[=]#',
  EnvFromSource: 'configMapRef:ConfigMapEnvSource prefix secretRef:SecretEnvSource',
  EnvVar: 'name! value valueFrom:EnvVarSource',
  EnvVarSource: `
    configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector
    resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector`,
  EphemeralContainer: `
    args[] command[] env[name]:EnvVar envFrom[]:EnvFromSource image imagePullPolicy lifecycle:Lifecycle
    livenessProbe:Probe name! ports[containerPort,protocol]:ContainerPort~containerPort readinessProbe:Probe
    resizePolicy[]:ContainerResizePolicy resources!:ResourceRequirements restartPolicy
    restartPolicyRules[]:ContainerRestartRule securityContext:SecurityContext startupProbe:Probe stdin? stdinOnce?
    targetContainerName terminationMessagePath terminationMessagePolicy tty? volumeDevices[devicePath]:VolumeDevice
    volumeMounts[mountPath]:VolumeMount workingDir`,
  ExecAction: 'command[]',
  FileKeySelector: '! key! optional? path! volumeName!',
  GRPCAction: 'port!# service!',
  HTTPGetAction: 'host httpHeaders[]:HTTPHeader path port* scheme',
  HTTPHeader: 'name! value!',
  Lifecycle: 'postStart:LifecycleHandler preStop:LifecycleHandler stopSignal',
  LifecycleHandler: 'exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction',
  ObjectFieldSelector: '! apiVersion fieldPath!',
  Probe: `
    exec:ExecAction failureThreshold# grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds# periodSeconds#
    successThreshold# tcpSocket:TCPSocketAction terminationGracePeriodSeconds# timeoutSeconds#`,
  ResourceClaim: 'name! request',
  ResourceFieldSelector: '! containerName divisor* resource!',
  ResourceRequirements: 'claims[name]:ResourceClaim~- limits{}* requests{}*',
  SELinuxOptions: 'level role type user',
  SeccompProfile: 'localhostProfile type!',
  SecretEnvSource: 'name! optional?',
  SecretKeySelector: '! key! name! optional?',
  SecurityContext: `
    allowPrivilegeEscalation? appArmorProfile:AppArmorProfile capabilities:Capabilities privileged? procMount
    readOnlyRootFilesystem? runAsGroup# runAsNonRoot? runAsUser# seLinuxOptions:SELinuxOptions
    seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions`,
  SleepAction: 'seconds!#',
  TCPSocketAction: 'host port*',
  VolumeDevice: 'devicePath! name!',
  VolumeMount: 'mountPath! mountPropagation name! readOnly? recursiveReadOnly subPath subPathExpr',
  WindowsSecurityContextOptions: 'gmsaCredentialSpec gmsaCredentialSpecName hostProcess? runAsUserName',
};
