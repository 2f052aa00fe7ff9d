import { type Ast, NotCompilableError, parse } from './ast.ts';
import { FUNCTIONS, METHODS, NAMESPACES } from './functions.ts';
import { compileMacro } from './macros.ts';
import { BINARY, negated } from './operators.ts';
import {
  CelFault,
  fault,
  ListValue,
  LiteralMap,
  MapValue,
  NONE,
  noOverload,
  OptionalValue,
  TypeValue,
  UnsignedInt,
  type Value,
} from './values.ts';

/** The values of an expression's variables, by the place that the compiler gave each. */
export type Frame = Value[];
export type Step = (frame: Frame) => Value;

/** Which variables an expression may use, and where their values stand. */
export class Scope {
  readonly used: Set<string>;
  private readonly places: ReadonlyMap<string, number>;
  private readonly next: number;

  constructor(places: ReadonlyMap<string, number>, next: number, used: Set<string>) {
    this.places = places;
    this.next = next;
    this.used = used;
  }

  place(name: string): number | undefined {
    return this.places.get(name);
  }

  with(name: string): { readonly scope: Scope; readonly place: number } {
    const places = new Map(this.places).set(name, this.next);
    return { scope: new Scope(places, this.next + 1, this.used), place: this.next };
  }
}

export interface Program {
  readonly ast: Ast;
  /** Whether the expression looks at the old value. */
  readonly usesOldSelf: boolean;
  /** @throws CelFault */
  run(self: Value, oldSelf: Value | undefined): Value;
}

const REMEMBERED_PROGRAMS = 10_000;
const programs = new Map<string, Program>();

/**
 * Compiles each expression once, however many clusters and CRDs use it.
 * @throws NotCompilableError for syntax, variables and functions that are not known
 */
export function compileExpression(expression: string): Program {
  const known = programs.get(expression);
  if (known) return known;
  const program = compiledExpression(expression);
  if (programs.size >= REMEMBERED_PROGRAMS) programs.clear();
  programs.set(expression, program);
  return program;
}

function compiledExpression(expression: string): Program {
  const used = new Set<string>();
  const places = new Map([
    ['self', 0],
    ['oldSelf', 1],
  ]);
  const ast = parse(expression);
  const step = compile(ast, new Scope(places, places.size, used));
  return {
    ast,
    usesOldSelf: used.has('oldSelf'),
    run: (self, oldSelf) => step(oldSelf === undefined ? [self] : [self, oldSelf]),
  };
}

const TYPE_NAMES = [
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'optional_type',
];
const TYPES = new Map(
  [...TYPE_NAMES, 'google.protobuf.Timestamp', 'google.protobuf.Duration'].map((name) => [name, new TypeValue(name)]),
);

export function compile(ast: Ast, scope: Scope): Step {
  switch (ast.op) {
    case 'value': {
      const value = literal(ast.args);
      return () => value;
    }
    case 'id':
      return variable(ast.args, scope);
    case '.':
      return select(ast.args[0], ast.args[1], scope);
    case '.?':
      return optionalSelect(compile(ast.args[0], scope), ast.args[1]);
    case '[]':
      return index(compile(ast.args[0], scope), compile(ast.args[1], scope));
    case '[?]':
      return optionalIndex(compile(ast.args[0], scope), compile(ast.args[1], scope));
    case 'list': {
      const items = ast.args.map((item) => compile(item, scope));
      return (frame) => new ListValue(items.map((item) => item(frame)));
    }
    case 'map': {
      const entries = ast.args.map(([key, value]) => [compile(key, scope), compile(value, scope)] as const);
      return (frame) => new LiteralMap(entries.map(([key, value]) => [key(frame), value(frame)] as const));
    }
    case '?:':
      return conditional(ast.args.map((part) => compile(part, scope)));
    case '!_':
      return not(compile(ast.args, scope));
    case '-_':
      return negation(ast.args, scope);
    case '&&':
    case '||':
      return logical(ast.op === '||', compile(ast.args[0], scope), compile(ast.args[1], scope));
    case 'call':
      return call(ast.args[0], ast.args[1], scope);
    case 'rcall':
      return method(ast.args[0], ast.args[1], ast.args[2], scope);
    default:
      return binary(ast.op, compile(ast.args[0], scope), compile(ast.args[1], scope));
  }
}

/** The parser has a class of its own for unsigned ints. */
function literal(value: unknown): Value {
  const foreign = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
  return foreign ? new UnsignedInt((value as { value: bigint }).value) : (value as Value);
}

function variable(name: string, scope: Scope): Step {
  const place = scope.place(name);
  if (place !== undefined) {
    scope.used.add(name);
    return (frame) => {
      const value = frame[place];
      if (value === undefined) throw fault(`no such attribute(s): ${name}`);
      return value;
    };
  }
  const type = TYPES.get(name);
  if (!type) throw new NotCompilableError(`undeclared reference to '${name}'`);
  return () => type;
}

/** `a.b.c` when it is nothing but names. */
function dotted(ast: Ast): string | undefined {
  if (ast.op === 'id') return ast.args;
  if (ast.op !== '.') return undefined;
  const head = dotted(ast.args[0]);
  return head && `${head}.${ast.args[1]}`;
}

function select(target: Ast, name: string, scope: Scope): Step {
  const type = TYPES.get(`${dotted(target)}.${name}`);
  if (type) return () => type;
  const step = compile(target, scope);
  return (frame) => fieldOf(step(frame), name);
}

function fieldOf(value: Value, name: string): Value {
  if (value instanceof MapValue) return value.get(name);
  if (value instanceof OptionalValue) return optionalField(value, name);
  throw noOverload();
}

const optionalSelect =
  (step: Step, name: string): Step =>
  (frame) =>
    optionalField(step(frame), name);

function optionalField(value: Value, key: Value): OptionalValue {
  const target = value instanceof OptionalValue ? value.value : value;
  if (target === undefined) return NONE;
  if (target instanceof ListValue) {
    const item = target.items[Number(key)];
    return item === undefined ? NONE : new OptionalValue(item);
  }
  if (!(target instanceof MapValue)) throw noOverload();
  const field = target.find(key);
  return field === undefined ? NONE : new OptionalValue(field);
}

function index(step: Step, key: Step): Step {
  return (frame) => {
    const value = step(frame);
    const at = key(frame);
    if (value instanceof ListValue) {
      if (typeof at !== 'bigint' && typeof at !== 'number' && !(at instanceof UnsignedInt)) throw noOverload();
      const place = at instanceof UnsignedInt ? at.value : at;
      if (value.items[Number(place)] === undefined) throw fault(`index out of bounds: ${place}`);
      return value.at(place);
    }
    if (value instanceof OptionalValue) return optionalField(value, at);
    if (value instanceof MapValue) return value.get(at);
    throw noOverload();
  };
}

const optionalIndex =
  (step: Step, key: Step): Step =>
  (frame) =>
    optionalField(step(frame), key(frame));

function conditional([test, yes, no]: readonly Step[]): Step {
  return (frame) => {
    const answer = test!(frame);
    if (typeof answer !== 'boolean') throw noOverload();
    return answer ? yes!(frame) : no!(frame);
  };
}

const not =
  (step: Step): Step =>
  (frame) => {
    const value = step(frame);
    if (typeof value !== 'boolean') throw noOverload();
    return !value;
  };

function negation(operand: Ast, scope: Scope): Step {
  if (operand.op === 'value' && (typeof operand.args === 'bigint' || typeof operand.args === 'number')) {
    const value = -operand.args as bigint | number;
    return () => value;
  }
  const step = compile(operand, scope);
  return (frame) => negated(step(frame));
}

/** One side that decides is enough, whatever happens on the other. */
export function logical(deciding: boolean, left: Step, right: Step): Step {
  return (frame) => {
    const first = caught(left, frame);
    if (first === deciding) return deciding;
    const second = caught(right, frame);
    if (second === deciding) return deciding;
    if (first instanceof CelFault) throw first;
    if (second instanceof CelFault) throw second;
    if (typeof first !== 'boolean' || typeof second !== 'boolean') throw noOverload();
    return !deciding;
  };
}

/** The value, or why there is none. */
export function caught(step: Step, frame: Frame): Value | CelFault {
  try {
    return step(frame);
  } catch (error) {
    if (error instanceof CelFault) return error;
    throw error;
  }
}

function binary(op: string, left: Step, right: Step): Step {
  const operator = BINARY[op];
  if (!operator) throw new NotCompilableError(`unknown operator ${op}`);
  return (frame) => operator(left(frame), right(frame));
}

function call(name: string, args: readonly Ast[], scope: Scope): Step {
  const macro = compileMacro(name, undefined, args, scope);
  if (macro) return macro;
  const run = FUNCTIONS[name];
  if (!run) throw new NotCompilableError(`undeclared reference to '${name}'`);
  const steps = args.map((arg) => compile(arg, scope));
  return (frame) => run(...steps.map((step) => step(frame)));
}

function method(name: string, target: Ast, args: readonly Ast[], scope: Scope): Step {
  const macro = compileMacro(name, target, args, scope);
  if (macro) return macro;
  const steps = args.map((arg) => compile(arg, scope));
  const spaced =
    target.op === 'id' && scope.place(target.args) === undefined ? NAMESPACES[`${target.args}.${name}`] : undefined;
  if (spaced) return (frame) => spaced(...steps.map((step) => step(frame)));
  const run = METHODS[name];
  if (!run) throw new NotCompilableError(`undeclared reference to '${name}'`);
  const receiver = compile(target, scope);
  if (name === 'orValue' || name === 'or') return alternative(name, receiver, steps[0]!);
  return (frame) => run(receiver(frame), ...steps.map((step) => step(frame)));
}

/** The other value is looked at only when there is none. */
function alternative(name: 'or' | 'orValue', receiver: Step, other: Step): Step {
  return (frame) => {
    const value = receiver(frame);
    if (!(value instanceof OptionalValue)) throw noOverload();
    if (value.value === undefined) return other(frame);
    return name === 'or' ? value : value.value;
  };
}
