const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
};
const project = (name) => ({ ...shared, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] });
const live = (name) => ({ ...project(name), setupFilesAfterEnv: ['<rootDir>/test/support/second-try.ts'] });

export default {
  testSequencer: '<rootDir>/test/support/by-name.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(integration|e2e|conformance|simulation)/'],
    },
    project('simulation'),
    live('integration'),
    live('e2e'),
    live('conformance'),
  ],
};
