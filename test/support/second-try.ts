/**
 * Live tests share a machine with schedulers, kubelets and other programs' timeouts: one that fails is tried once more,
 * at once, and both the error and the second try are told. What fails twice has failed.
 */
import { jest } from '@jest/globals';

jest.retryTimes(1, { retryImmediately: true, logErrorsBeforeRetry: true });
