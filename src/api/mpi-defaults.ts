/** Where an MPIJob's keys are mounted when it does not say; apart from the schemas, which the controller does not load. */
export const DEFAULT_SSH_PATH = '/root/.ssh';
