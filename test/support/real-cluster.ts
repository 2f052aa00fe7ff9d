/**
 * Name of the cluster with a real node that the e2e and conformance tests of one run share; who runs a file by hand beside
 * such a run gives another in the environment.
 */
export const REAL_CLUSTER = process.env.ARMATURE_TEST_REAL_CLUSTER ?? 'armature-real';
