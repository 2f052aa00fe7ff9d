export * from './outcome.ts';
export * from './scenario.ts';
export { simulate } from './simulation.ts';
