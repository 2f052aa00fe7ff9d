import type { StructuralSchema } from '../../src/api/index.ts';

/** What a schema's CEL rules say to people: their messages, or the rule itself where there is none. */
export function validationsOf(schema: StructuralSchema): string[] {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly {
    readonly rule: string;
    readonly message?: string;
  }[];
  return rules.map(({ rule, message }) => message ?? rule);
}
