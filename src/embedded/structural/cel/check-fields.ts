import type { SchemaNode } from '../schema-node.ts';
import { type Ast, NotCompilableError } from './ast.ts';
import { resourceNode } from './data.ts';
import { unescapeName } from './names.ts';

/** What is known about a value before it is there: the schema it comes by, or nothing. */
type Known = SchemaNode | undefined;
type Variables = ReadonlyMap<string, Known>;

/** Macros whose first arguments name variables: how many of them hold what. */
const LOOPS = new Set(['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter', 'sortBy']);
const PAIRS = new Set(['transformList', 'transformMap', 'transformMapEntry']);

/**
 * Refuses an expression that reads a field which its schema does not have, as a real server refuses the CRD.
 * @throws NotCompilableError
 */
export function checkFields(ast: Ast, self: SchemaNode, oldSelf: Known): void {
  visit(
    ast,
    new Map([
      ['self', self],
      ['oldSelf', oldSelf],
    ]),
  );
}

function visit(ast: Ast, variables: Variables): Known {
  switch (ast.op) {
    case 'value':
      return undefined;
    case 'id':
      return variables.get(ast.args);
    case '.':
      return field(visit(ast.args[0], variables), ast.args[1]);
    case '.?':
      field(visit(ast.args[0], variables), ast.args[1]);
      return undefined;
    case '[]': {
      const target = visit(ast.args[0], variables);
      visit(ast.args[1], variables);
      return target?.type === 'array' ? target.items : target?.additional;
    }
    case 'rcall':
      return method(ast.args[0], visit(ast.args[1], variables), ast.args[2], variables);
    case 'call':
      return each(ast.args[1], variables);
    case 'list':
      return each(ast.args, variables);
    case 'map':
      return each(ast.args.flat(), variables);
    case '!_':
    case '-_':
      return each([ast.args], variables);
    default:
      return each(ast.args, variables);
  }
}

function each(parts: readonly Ast[], variables: Variables): undefined {
  for (const part of parts) visit(part, variables);
}

function method(name: string, target: Known, args: readonly Ast[], variables: Variables): undefined {
  const pair = PAIRS.has(name) || (args.length === 3 && name !== 'map');
  if (!LOOPS.has(name) && !PAIRS.has(name)) {
    const [first, ...rest] = args;
    const binds = (name === 'optMap' || name === 'optFlatMap') && first?.op === 'id';
    return binds ? each(rest, new Map(variables).set(first.args, undefined)) : each(args, variables);
  }
  const inner = new Map(variables);
  const element = target?.type === 'array' ? target.items : undefined;
  args.slice(0, pair ? 2 : 1).forEach((arg, i) => {
    const holdsElement = i === (pair ? 1 : 0);
    if (arg.op === 'id')
      inner.set(arg.args, holdsElement ? (element ?? (pair ? target?.additional : undefined)) : undefined);
  });
  return each(args.slice(pair ? 2 : 1), inner);
}

/** Objects with fields have no others; the values of maps are all alike. */
function field(target: Known, name: string): Known {
  if (!target || target.intOrString || target.type === '') return undefined;
  const node = target.embedded ? resourceNode(target) : target;
  if (node.type !== 'object') throw new NotCompilableError(`type '${node.type}' does not support field selection`);
  if (node.additional && !node.hasProperties) return node.additional;
  const child = node.properties.get(unescapeName(name) ?? '');
  if (!child || !isVisible(child)) throw new NotCompilableError(`undefined field '${name}'`);
  return child;
}

/** Data without a type is beyond the reach of rules. */
function isVisible(node: SchemaNode): boolean {
  if (node.intOrString) return true;
  if (node.type === 'array') return node.items !== undefined && isVisible(node.items);
  if (node.type === 'object' && node.additional) return isVisible(node.additional);
  return node.type !== '';
}
