/** Resources of Kubernetes 1.36 that the embedded cluster does not have, by group: they are refused by name. */
const NOT_SERVED: Readonly<Record<string, string>> = {
  '': 'bindings componentstatuses endpoints persistentvolumes podtemplates replicationcontrollers',
  'admissionregistration.k8s.io':
    'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations',
  'apiregistration.k8s.io': 'apiservices',
  apps: 'controllerrevisions daemonsets deployments replicasets statefulsets',
  autoscaling: 'horizontalpodautoscalers',
  batch: 'cronjobs',
  'certificates.k8s.io': 'certificatesigningrequests clustertrustbundles podcertificaterequests',
  'discovery.k8s.io': 'endpointslices',
  'flowcontrol.apiserver.k8s.io': 'flowschemas prioritylevelconfigurations',
  'metrics.k8s.io': 'nodes pods',
  'networking.k8s.io': 'ingressclasses ingresses ipaddresses servicecidrs',
  'node.k8s.io': 'runtimeclasses',
  'resource.k8s.io': 'deviceclasses devicetaintrules resourceclaims resourceclaimtemplates resourceslices',
  'scheduling.k8s.io': 'podgroups workloads',
  'storage.k8s.io': 'csidrivers csinodes csistoragecapacities storageclasses volumeattachments volumeattributesclasses',
};

/** Whether Kubernetes has a resource that this server does not. */
export const isKnownElsewhere = (group: string, plural: string): boolean =>
  NOT_SERVED[group]?.split(' ').includes(plural) ?? false;
