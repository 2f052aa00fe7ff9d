/** The marks that Kubernetes puts on nodes in trouble, as taints; written here and nowhere else. */

/** The node's kubelet says that the node cannot run pods. */
export const NOT_READY_TAINT = 'node.kubernetes.io/not-ready';
/** Nothing was heard of the node's kubelet for the control plane's grace period (50 s by default). */
export const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';
/** A person, or the cloud, says that the node is down for good. */
export const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service';
