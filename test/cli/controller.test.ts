import { describe, expect, test } from '@jest/globals';
import { controllerCommand } from '../../src/cli/controller.ts';

/** What the flags come to, without running anything. */
function parse(...args: readonly string[]): Record<string, unknown> {
  let seen: Record<string, unknown> = {};
  const command = controllerCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action((flags) => {
      seen = flags;
    });
  command.parse(args, { from: 'user' });
  return seen;
}

describe('armature controller', () => {
  test("has controller-runtime's flags and defaults", () => {
    expect(parse()).toMatchObject({
      metricsBindAddress: ':8080',
      healthProbeBindAddress: ':8081',
      leaderElect: false,
      kubeApiQps: 0,
      webhookBindAddress: '0',
      partialGangSeconds: 300,
    });
    expect(parse('--leader-elect', '--kube-api-qps', '50', '--kube-api-burst=100', '--namespace', 'a')).toMatchObject({
      leaderElect: true,
      kubeApiQps: 50,
      kubeApiBurst: 100,
      namespace: 'a',
    });
  });

  test('gives back the nodes of a part of a job after as long as it is told', () => {
    expect(parse('--partial-gang-seconds', '60')).toMatchObject({ partialGangSeconds: 60 });
    expect(() => parse('--partial-gang-seconds', 'soon')).toThrow(/must be a number/);
  });

  test('chooses domains by name and refuses others', () => {
    expect(parse('--only', 'training')).toMatchObject({ only: ['training'] });
    expect(parse('--except', 'jobset')).toMatchObject({ except: ['jobset'] });
    expect(() => parse('--only', 'training,nonsense')).toThrow(/"nonsense" is none of training, jobset/);
    expect(() => parse('--kube-api-qps', 'many')).toThrow(/must be a number/);
  });
});
