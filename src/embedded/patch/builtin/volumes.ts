import type { TypeTable } from './notation.ts';

/** Types of volumes. */
export const VOLUMES_TYPES: TypeTable = {
  AWSElasticBlockStoreVolumeSource: 'fsType partition# readOnly? volumeID!',
  AzureDiskVolumeSource: 'cachingMode diskName! diskURI! fsType kind readOnly?',
  AzureFileVolumeSource: 'readOnly? secretName! shareName!',
  CSIVolumeSource: 'driver! fsType nodePublishSecretRef:LocalObjectReference readOnly? volumeAttributes{}',
  CephFSVolumeSource: 'monitors![] path readOnly? secretFile secretRef:LocalObjectReference user',
  CinderVolumeSource: 'fsType readOnly? secretRef:LocalObjectReference volumeID!',
  ClusterTrustBundleProjection: 'labelSelector:LabelSelector name optional? path! signerName',
  ConfigMapProjection: 'items[]:KeyToPath name! optional?',
  ConfigMapVolumeSource: 'defaultMode# items[]:KeyToPath name! optional?',
  DownwardAPIProjection: 'items[]:DownwardAPIVolumeFile',
  DownwardAPIVolumeSource: 'defaultMode# items[]:DownwardAPIVolumeFile',
  EmptyDirVolumeSource: 'medium sizeLimit*',
  EphemeralVolumeSource: 'volumeClaimTemplate:PersistentVolumeClaimTemplate',
  FCVolumeSource: 'fsType lun# readOnly? targetWWNs[] wwids[]',
  FlexVolumeSource: 'driver! fsType options{} readOnly? secretRef:LocalObjectReference',
  FlockerVolumeSource: 'datasetName datasetUUID',
  GCEPersistentDiskVolumeSource: 'fsType partition# pdName! readOnly?',
  GitRepoVolumeSource: 'directory repository! revision',
  GlusterfsVolumeSource: 'endpoints! path! readOnly?',
  HostPathVolumeSource: 'path! type',
  ISCSIVolumeSource: `
    chapAuthDiscovery? chapAuthSession? fsType initiatorName iqn! iscsiInterface lun!# portals[] readOnly?
    secretRef:LocalObjectReference targetPortal!`,
  ImageVolumeSource: 'pullPolicy reference',
  NFSVolumeSource: 'path! readOnly? server!',
  PersistentVolumeClaimVolumeSource: 'claimName! readOnly?',
  PhotonPersistentDiskVolumeSource: 'fsType pdID!',
  PodCertificateProjection: `
    certificateChainPath credentialBundlePath keyPath keyType maxExpirationSeconds# signerName userAnnotations{}`,
  PortworxVolumeSource: 'fsType readOnly? volumeID!',
  ProjectedVolumeSource: 'defaultMode# sources[]:VolumeProjection',
  QuobyteVolumeSource: 'group readOnly? registry! tenant user volume!',
  RBDVolumeSource: 'fsType image! keyring monitors![] pool readOnly? secretRef:LocalObjectReference user',
  ScaleIOVolumeSource: `
    fsType gateway! protectionDomain readOnly? secretRef:LocalObjectReference sslEnabled? storageMode storagePool
    system! volumeName`,
  SecretProjection: 'items[]:KeyToPath name! optional?',
  SecretVolumeSource: 'defaultMode# items[]:KeyToPath optional? secretName',
  ServiceAccountTokenProjection: 'audience expirationSeconds# path!',
  StorageOSVolumeSource: 'fsType readOnly? secretRef:LocalObjectReference volumeName volumeNamespace',
  Volume: `
    awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource
    azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource
    configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource
    emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource
    flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource
    glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi:ISCSIVolumeSource
    name! nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource
    photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource
    projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource
    secret:SecretVolumeSource storageos:StorageOSVolumeSource vsphereVolume:VsphereVirtualDiskVolumeSource`,
  VolumeProjection: `
    clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection downwardAPI:DownwardAPIProjection
    podCertificate:PodCertificateProjection secret:SecretProjection
    serviceAccountToken:ServiceAccountTokenProjection`,
  VsphereVirtualDiskVolumeSource: 'fsType storagePolicyID storagePolicyName volumePath!',
};
