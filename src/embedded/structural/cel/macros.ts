import { type Ast, NotCompilableError } from './ast.ts';
import { caught, compile, type Frame, type Scope, type Step } from './program.ts';
import {
  CelFault,
  compare,
  fault,
  ListValue,
  LiteralMap,
  MapValue,
  NONE,
  noOverload,
  OptionalValue,
  type Value,
} from './values.ts';

/** Expressions that look like calls and bring variables of their own. Undefined when it is none. */
export function compileMacro(
  name: string,
  target: Ast | undefined,
  args: readonly Ast[],
  scope: Scope,
): Step | undefined {
  if (!target) return name === 'has' && args.length === 1 ? has(args[0]!, scope) : undefined;
  const make = MACROS[`${name}/${args.length}`];
  return make?.(target, args, scope);
}

type Macro = (target: Ast, args: readonly Ast[], scope: Scope) => Step;

const MACROS: Readonly<Record<string, Macro>> = {
  'all/2': quantifier(false, 1),
  'exists/2': quantifier(true, 1),
  'all/3': quantifier(false, 2),
  'exists/3': quantifier(true, 2),
  'exists_one/2': exactlyOne(1),
  'existsOne/2': exactlyOne(1),
  'exists_one/3': exactlyOne(2),
  'existsOne/3': exactlyOne(2),
  'map/2': mapped,
  'map/3': mapped,
  'filter/2': filtered,
  'transformList/3': transformedList,
  'transformList/4': transformedList,
  'transformMap/3': transformedMap,
  'transformMap/4': transformedMap,
  'transformMapEntry/3': transformedEntries,
  'transformMapEntry/4': transformedEntries,
  'optMap/2': optional(false),
  'optFlatMap/2': optional(true),
  'sortBy/2': sortedBy,
};

function nameOf(ast: Ast | undefined): string {
  if (ast?.op !== 'id') throw new NotCompilableError('a macro needs the name of a variable');
  return ast.args;
}

function has(field: Ast, scope: Scope): Step {
  if (field.op !== '.') throw new NotCompilableError('invalid argument to has() macro');
  const [target, name] = field.args;
  const step = compile(target, scope);
  return (frame) => {
    const value = step(frame);
    const held = value instanceof OptionalValue ? value.value : value;
    if (held === undefined) return false;
    if (!(held instanceof MapValue)) throw noOverload();
    return held.find(name) !== undefined;
  };
}

interface Loop {
  readonly range: Step;
  readonly inner: Scope;
  /** Puts an element in the variables' places. */
  readonly enter: (frame: Frame, element: readonly [Value, Value]) => void;
}

/** One variable holds the element of a list or the key of a map; two hold index and element, or key and value. */
function loop(target: Ast, args: readonly Ast[], variables: number, scope: Scope): Loop {
  const range = compile(target, scope);
  const first = scope.with(nameOf(args[0]));
  if (variables === 1) {
    const enter = (frame: Frame, [, value]: readonly [Value, Value]) => {
      frame[first.place] = value;
    };
    return { range, inner: first.scope, enter };
  }
  const second = first.scope.with(nameOf(args[1]));
  const enter = (frame: Frame, [key, value]: readonly [Value, Value]) => {
    frame[first.place] = key;
    frame[second.place] = value;
  };
  return { range, inner: second.scope, enter };
}

function elements(range: Value, variables: number): readonly (readonly [Value, Value])[] {
  if (range instanceof ListValue) return range.items.map((item, i) => [BigInt(i), item] as const);
  if (!(range instanceof MapValue)) throw noOverload();
  return range.keys().map((key) => [key, variables === 1 ? key : range.get(key)] as const);
}

/** The first element that decides ends it; a fault counts only when none decides. */
function quantifier(deciding: boolean, variables: number): Macro {
  return (target, args, scope) => {
    const { range, inner, enter } = loop(target, args, variables, scope);
    const test = compile(args[variables]!, inner);
    return (frame) => {
      let failed: CelFault | undefined;
      for (const element of elements(range(frame), variables)) {
        enter(frame, element);
        const answer = caught(test, frame);
        if (answer === deciding) return deciding;
        if (answer instanceof CelFault) failed ??= answer;
        else if (typeof answer !== 'boolean') failed ??= noOverload();
      }
      if (failed) throw failed;
      return !deciding;
    };
  };
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw noOverload();
  return value;
}

function exactlyOne(variables: number): Macro {
  return (target, args, scope) => {
    const { range, inner, enter } = loop(target, args, variables, scope);
    const test = compile(args[variables]!, inner);
    return (frame) => {
      let count = 0;
      for (const element of elements(range(frame), variables)) {
        enter(frame, element);
        if (truth(test(frame))) count++;
      }
      return count === 1;
    };
  };
}

/** What a body makes of each element that passes the filter in front of it, if there is one. */
function collected(
  target: Ast,
  args: readonly Ast[],
  scope: Scope,
  variables: number,
): (frame: Frame) => [Value, Value][] {
  const { range, inner, enter } = loop(target, args, variables, scope);
  const [first, second] = args.slice(variables);
  const filter = second ? compile(first!, inner) : undefined;
  const body = compile(second ?? first!, inner);
  return (frame) => {
    const made: [Value, Value][] = [];
    for (const element of elements(range(frame), variables)) {
      enter(frame, element);
      if (!filter || truth(filter(frame))) made.push([element[0], body(frame)]);
    }
    return made;
  };
}

function mapped(target: Ast, args: readonly Ast[], scope: Scope): Step {
  const collect = collected(target, args, scope, 1);
  return (frame) => new ListValue(collect(frame).map(([, value]) => value));
}

function transformedList(target: Ast, args: readonly Ast[], scope: Scope): Step {
  const collect = collected(target, args, scope, 2);
  return (frame) => new ListValue(collect(frame).map(([, value]) => value));
}

function transformedMap(target: Ast, args: readonly Ast[], scope: Scope): Step {
  const collect = collected(target, args, scope, 2);
  return (frame) => new LiteralMap(collect(frame));
}

function transformedEntries(target: Ast, args: readonly Ast[], scope: Scope): Step {
  const collect = collected(target, args, scope, 2);
  return (frame) => {
    const entries: [Value, Value][] = [];
    for (const [, made] of collect(frame)) {
      if (!(made instanceof MapValue)) throw noOverload();
      for (const key of made.keys()) {
        if (new LiteralMap(entries).find(key) !== undefined)
          throw fault(`insert failed: key ${String(key)} already exists`);
        entries.push([key, made.get(key)]);
      }
    }
    return new LiteralMap(entries);
  };
}

function filtered(target: Ast, args: readonly Ast[], scope: Scope): Step {
  const { range, inner, enter } = loop(target, args, 1, scope);
  const test = compile(args[1]!, inner);
  return (frame) => {
    const kept = elements(range(frame), 1).filter((element) => {
      enter(frame, element);
      return truth(test(frame));
    });
    return new ListValue(kept.map(([, value]) => value));
  };
}

function optional(flat: boolean): Macro {
  return (target, [name, body], scope) => {
    const receiver = compile(target, scope);
    const { scope: inner, place } = scope.with(nameOf(name));
    const step = compile(body!, inner);
    return (frame) => {
      const value = receiver(frame);
      if (!(value instanceof OptionalValue)) throw noOverload();
      if (value.value === undefined) return NONE;
      frame[place] = value.value;
      const made = step(frame);
      return flat ? made : new OptionalValue(made);
    };
  };
}

function sortedBy(target: Ast, args: readonly Ast[], scope: Scope): Step {
  const { range, inner, enter } = loop(target, args, 1, scope);
  const key = compile(args[1]!, inner);
  return (frame) => {
    const keyed = elements(range(frame), 1).map((element) => {
      enter(frame, element);
      return [key(frame), element[1]] as const;
    });
    keyed.sort(([a], [b]) => compare(a, b));
    return new ListValue(keyed.map(([, value]) => value));
  };
}
