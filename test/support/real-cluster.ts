/** Name of the cluster with a real node that the e2e and conformance tests of one run share. */
export const REAL_CLUSTER = 'armature-real';
