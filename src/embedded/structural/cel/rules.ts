import { isObject, type JsonObject } from '../../../api/json.ts';
import { ApiError } from '../../../runtime/client.ts';
import type { FieldError } from '../../strategy.ts';
import { type Correlation, MapList } from '../correlation.ts';
import { duplicate, forbidden, invalid, OMITTED, required } from '../field-errors.ts';
import type { RuleSource, SchemaNode } from '../schema-node.ts';
import { isSettled, settle } from '../settled.ts';
import { NotCompilableError } from './ast.ts';
import { checkFields } from './check-fields.ts';
import { resourceNode, toValue } from './data.ts';
import { relativePath } from './field-path.ts';
import { compileExpression, type Program } from './program.ts';
import { CelFault, NONE, OptionalValue, type Value } from './values.ts';

const MOST_MESSAGE_BYTES = 5 * 1024;

interface Rule {
  readonly source: RuleSource;
  readonly program: Program;
  readonly message?: Program;
  /** Behind the path of the value; empty, or such as `.a.b[c]`. */
  readonly path: string;
}

/** Where a value may be forgiven: its own counterpart, or that of the nearest part above that has one. */
interface Ratchet {
  readonly own: Correlation | undefined;
  readonly above: Correlation | undefined;
}
interface Verdict {
  readonly errors: FieldError[];
  /** Errors that an update is not blamed for. */
  forgiven: number;
}

const NOTHING: Ratchet = { own: undefined, above: undefined };

/** The rules of a schema, at the places where they stand. */
export class RuleTree {
  private readonly node: SchemaNode;
  private readonly rules: readonly Rule[];
  private readonly properties: ReadonlyMap<string, RuleTree>;
  private readonly additional: RuleTree | undefined;
  private readonly items: RuleTree | undefined;
  private readonly allOf: readonly RuleTree[];
  /** A rule here or below looks at the old value. */
  private readonly transitions: boolean;
  /** Values that passed every rule here and below; kept at the outermost places where only the value counts. */
  private passed: WeakSet<object> | undefined;

  /** `rules` is where the rules are read, `node` what the data is read by; they differ within allOf. */
  private constructor(rules: SchemaNode, node: SchemaNode, isResource: boolean, path: string) {
    this.node = isResource ? resourceNode(node) : node;
    this.rules = rules.rules.flatMap((source) => compileRule(source, this.node, path));
    const properties = new Map<string, RuleTree>();
    for (const [name, child] of rules.properties) {
      const data = node.properties.get(name);
      const tree = data && RuleTree.of(child, data, data.embedded, `${path}.${name}`);
      if (tree) properties.set(name, tree);
    }
    this.properties = properties;
    const { additional, items } = node;
    this.additional =
      rules.additional && additional && RuleTree.of(rules.additional, additional, additional.embedded, `${path}[*]`);
    this.items = rules.items && items && RuleTree.of(rules.items, items, items.embedded, `${path}[]`);
    this.allOf = rules.allOf.flatMap((branch) => RuleTree.of(branch, node, isResource, path) ?? []);
    const below = [
      ...properties.values(),
      ...this.allOf,
      ...[this.additional, this.items].filter((tree) => tree !== undefined),
    ];
    this.transitions = this.rules.some(({ program }) => program.usesOldSelf) || below.some((tree) => tree.transitions);
    if (!this.transitions && path.split('.').length !== 2) return;
    for (const tree of below) if (!tree.transitions) tree.passed = new WeakSet();
  }

  /** Undefined where no rule stands at or below. */
  static of(rules: SchemaNode, node: SchemaNode, isResource: boolean, path: string): RuleTree | undefined {
    return hasRules(rules) ? new RuleTree(rules, node, isResource, path) : undefined;
  }

  /** What the rules refuse about an object, or about the update from `old` to it. */
  evaluate(object: unknown, old: unknown, correlation: Correlation | undefined): FieldError[] {
    const verdict: Verdict = { errors: [], forgiven: 0 };
    this.visit(object, old, '', { own: correlation, above: undefined }, verdict);
    return verdict.errors;
  }

  private visit(value: unknown, old: unknown, path: string, ratchet: Ratchet, verdict: Verdict): void {
    if (value === null || value === undefined) return;
    if (isSettled(this.passed, value)) return;
    const before = verdict.errors.length + verdict.forgiven;
    this.ask(value, old, path, ratchet, verdict);
    if (verdict.errors.length + verdict.forgiven === before) settle(this.passed, value);
  }

  private ask(value: unknown, old: unknown, path: string, ratchet: Ratchet, verdict: Verdict): void {
    if (this.rules.length > 0) this.judge(value, old ?? undefined, path, ratchet, verdict);
    for (const branch of this.allOf) branch.visit(value, old, path, { own: undefined, above: ratchet.above }, verdict);
    if (Array.isArray(value)) this.visitItems(value, old, path, ratchet, verdict);
    else if (isObject(value)) this.visitFields(value, old, path, ratchet, verdict);
  }

  private visitItems(value: readonly unknown[], old: unknown, path: string, ratchet: Ratchet, verdict: Verdict): void {
    const { items } = this;
    if (!items) return;
    const before = new MapList(this.node, Array.isArray(old) ? old : []);
    value.forEach((item, i) => {
      const below = ratchet.own ? { own: ratchet.own.index(i), above: ratchet.own } : ratchet;
      items.visit(item, before.find(item), `${path}[${i}]`, below, verdict);
    });
  }

  private visitFields(value: JsonObject, old: unknown, path: string, ratchet: Ratchet, verdict: Verdict): void {
    const before = isObject(old) ? old : {};
    const { additional, properties } = this;
    if (additional) {
      for (const key in value)
        additional.visit(value[key], before[key], `${path}[${key}]`, below(ratchet, key), verdict);
    }
    for (const [name, child] of properties) {
      if (!Object.hasOwn(value, name)) continue;
      const fieldPath = path === '' ? name : `${path}.${name}`;
      child.visit(value[name], before[name], fieldPath, below(ratchet, name), verdict);
    }
  }

  private judge(value: unknown, old: unknown, path: string, ratchet: Ratchet, verdict: Verdict): void {
    let self: Value | CelFault | undefined;
    let oldSelf: Value | CelFault | undefined;
    for (const rule of this.rules) {
      const { program, source } = rule;
      const optional = source.optionalOldSelf === true;
      if (program.usesOldSelf && old === undefined && !optional) continue;
      self ??= this.read(value);
      if (old !== undefined) oldSelf ??= this.read(old);
      const outcome = evaluated(program, self, optional ? wrapped(oldSelf) : oldSelf);
      if (outcome === true) continue;
      if (outcome instanceof CelFault) {
        verdict.errors.push(invalid(path || '<nil>', this.node.type, faultText(outcome, source)));
        continue;
      }
      if (!program.usesOldSelf && forgiven(ratchet)) {
        verdict.forgiven++;
        continue;
      }
      const detail = (rule.message && messageOf(rule.message, self, oldSelf)) ?? messageOrDefault(source);
      verdict.errors.push(refusal(joined(path, rule.path), this.shown(value), detail, source.reason));
    }
  }

  private shown(value: unknown): unknown {
    return this.node.type === 'object' || this.node.type === 'array' ? OMITTED : value;
  }

  private read(raw: unknown): Value | CelFault {
    try {
      return toValue(raw, this.node);
    } catch (error) {
      if (error instanceof CelFault) return error;
      throw error;
    }
  }
}

/** The rules of a schema; undefined when it has none. */
export const compileRules = (root: SchemaNode): RuleTree | undefined => RuleTree.of(root, root, true, '');

function hasRules(node: SchemaNode): boolean {
  if (node.rules.length > 0) return true;
  const { items, additional, properties, allOf } = node;
  if ((items && hasRules(items)) || (additional && hasRules(additional))) return true;
  return [...properties.values(), ...allOf].some(hasRules);
}

function below({ own, above }: Ratchet, key: string): Ratchet {
  if (!own) return { own, above };
  if (!above && (key === 'apiVersion' || key === 'kind')) return NOTHING;
  return { own: own.key(key), above: own };
}

const forgiven = ({ own, above }: Ratchet): boolean => (own ?? above)?.unchanged() ?? false;

function compileRule(source: RuleSource, node: SchemaNode, path: string): Rule[] {
  if (source.rule.trim() === '') return [];
  const program = compiled(source.rule, source, node, path);
  const message = source.messageExpression ? compiled(source.messageExpression, source, node, path) : undefined;
  return [
    {
      source,
      program,
      ...(message && { message }),
      path: source.fieldPath ? (relativePath(source.fieldPath, node) ?? '') : '',
    },
  ];
}

function compiled(expression: string, { optionalOldSelf }: RuleSource, node: SchemaNode, path: string): Program {
  try {
    const program = compileExpression(expression);
    checkFields(program.ast, node, optionalOldSelf ? undefined : node);
    return program;
  } catch (error) {
    if (!(error instanceof NotCompilableError)) throw error;
    throw new ApiError(
      501,
      'NotImplemented',
      `the embedded cluster cannot evaluate the rule ${JSON.stringify(expression)} at ${path.replace(/^\./, '') || 'the root'} of the schema: ${error.message}; use a real cluster for this kind`,
    );
  }
}

function evaluated(program: Program, self: Value | CelFault, oldSelf: Value | CelFault | undefined): Value | CelFault {
  if (self instanceof CelFault) return self;
  if (oldSelf instanceof CelFault) return oldSelf;
  try {
    return program.run(self, oldSelf);
  } catch (error) {
    if (error instanceof CelFault) return error;
    throw error;
  }
}

function wrapped(oldSelf: Value | CelFault | undefined): Value | CelFault {
  if (oldSelf instanceof CelFault) return oldSelf;
  return oldSelf === undefined ? NONE : new OptionalValue(oldSelf);
}

const ruleText = ({ message, rule }: RuleSource): string => (message || rule).trim();

function faultText({ message }: CelFault, source: RuleSource): string {
  if (!message.startsWith('no such overload')) return `${message} evaluating rule: ${ruleText(source)}`;
  return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(source)}`;
}

const messageOrDefault = (source: RuleSource): string =>
  source.message ? source.message.trim() : `failed rule: ${ruleText(source)}`;

/** Undefined when the expression gives no usable text; then the fixed message stands. */
function messageOf(
  message: Program,
  self: Value | CelFault,
  oldSelf: Value | CelFault | undefined,
): string | undefined {
  const text = evaluated(message, self, oldSelf);
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  const usable = trimmed !== '' && !trimmed.includes('\n') && Buffer.byteLength(trimmed) <= MOST_MESSAGE_BYTES;
  return usable ? trimmed : undefined;
}

function joined(path: string, relative: string): string {
  if (relative === '') return path || '<nil>';
  return path === '' ? relative : `${path}.${relative}`;
}

function refusal(path: string, value: unknown, detail: string, reason: string | undefined): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return duplicate(path, value);
    default:
      return invalid(path, value, detail);
  }
}
