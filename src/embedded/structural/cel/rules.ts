import type { FieldError } from '../../strategy.ts';
import type { Correlation } from '../correlation.ts';
import type { SchemaNode } from '../schema-node.ts';
export interface RuleTree {
  evaluate(object: unknown, old: unknown, correlation: Correlation | undefined): FieldError[];
}
export function compileRules(_root: SchemaNode): RuleTree | undefined {
  return undefined;
}
