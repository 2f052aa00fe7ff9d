import { Environment } from '@marcbachmann/cel-js';

const environment = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true });

/** The tree of an expression, as the parser gives it. */
export type Ast =
  | { readonly op: 'value'; readonly args: unknown }
  | { readonly op: 'id'; readonly args: string }
  | { readonly op: '.' | '.?'; readonly args: readonly [Ast, string] }
  | { readonly op: '[]' | '[?]'; readonly args: readonly [Ast, Ast] }
  | { readonly op: 'call'; readonly args: readonly [string, readonly Ast[]] }
  | { readonly op: 'rcall'; readonly args: readonly [string, Ast, readonly Ast[]] }
  | { readonly op: 'list'; readonly args: readonly Ast[] }
  | { readonly op: 'map'; readonly args: readonly (readonly [Ast, Ast])[] }
  | { readonly op: '?:'; readonly args: readonly [Ast, Ast, Ast] }
  | { readonly op: '!_' | '-_'; readonly args: Ast }
  | { readonly op: BinaryOperator; readonly args: readonly [Ast, Ast] };

export type BinaryOperator = '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** Why an expression cannot be evaluated here, or anywhere. */
export class NotCompilableError extends Error {
  override readonly name = 'NotCompilableError';
}

/** @throws NotCompilableError for what is no expression, or uses syntax that the parser does not know */
export function parse(expression: string): Ast {
  try {
    return environment.parse(expression).ast as unknown as Ast;
  } catch (error) {
    throw new NotCompilableError((error as Error).message.split('\n')[0] ?? 'cannot be parsed');
  }
}
