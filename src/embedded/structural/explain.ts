import { isObject } from '../../api/json.ts';
import type { FieldError } from '../strategy.ts';
import { accepts, inEnum, textLength, typeOf } from './accepts.ts';
import type { Correlation } from './correlation.ts';
import { invalid, notSupported, required, tooLong, tooMany, typeInvalid } from './field-errors.ts';
import { Findings } from './findings.ts';
import { isInt64, marshalled, numberText, quoted } from './go-text.ts';
import { boundFor, fitsFormat, isMultipleOf, isMultipleOfFloat, isWholeNumber } from './numbers.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * Says why a value does not satisfy its schema, in the words of kube-apiserver. Slow: asked only when
 * {@link accepts} said no.
 */
export function explain(value: unknown, node: SchemaNode, old?: Correlation, base = ''): readonly FieldError[] {
  return new Explainer(base).value(value, node, '', old).errors;
}

/** Steps are counted as the apiserver counts them: the count picks which branch of an anyOf is reported. */
class Explainer {
  private readonly base: string;

  /** @param base path in front of every field, but not in the messages: how the apiserver reports on `/status` */
  constructor(base: string) {
    this.base = base;
  }

  value(value: unknown, node: SchemaNode, path: string, old?: Correlation): Findings {
    const found = new Findings();
    if (value === null) return found.merge(this.type(value, node, path)).merge(this.choice(value, node, path));
    if (node.types.length > 0 || node.checkedFormat !== '') found.merge(this.type(value, node, path)).step();
    found.merge(this.junctions(value, node, path)).step();
    if (typeof value === 'string') {
      found.merge(this.text(value, node, path)).step();
      if (node.matchesFormat) found.merge(this.format(value, node, path)).step();
    }
    if (typeof value === 'number') found.merge(this.number(value, node, path)).step();
    if (Array.isArray(value)) found.merge(this.list(value, node, path, old)).step();
    found.merge(this.choice(value, node, path)).step();
    if (isObject(value)) found.merge(this.object(value, node, path, old)).step();
    found.step();
    return old && !found.valid && old.unchanged() ? found.forgiven() : found;
  }

  private field(path: string): string {
    const name = path.startsWith('.') ? path.slice(1) : path;
    if (this.base === '') return name === '' ? '<nil>' : name;
    return name === '' ? this.base : `${this.base}.${name}`;
  }

  private refuse(path: string, value: unknown, words: string): Findings {
    const message = `${path} in body ${words}`;
    return Findings.of(message, invalid(this.field(path), value, message));
  }

  /** An error that validation attaches to no field. */
  private loose(message: string): Findings {
    return Findings.of(message, invalid(this.base === '' ? '<nil>' : this.base, '', message));
  }

  private wrongType(path: string, expected: string, actual: string): Findings {
    const message = `${path} in body must be of type ${expected}: ${quoted(actual)}`;
    return Findings.of(message, typeInvalid(this.field(path), actual, message));
  }

  private type(value: unknown, node: SchemaNode, path: string): Findings {
    const { types, checkedFormat } = node;
    const passed = new Findings().step();
    if (value === null) {
      if (types.length === 0 || node.nullable) return passed;
      return this.wrongType(path, types.join(','), 'null');
    }
    const { type, format } = typeOf(value);
    const wholeFloat = type === 'number' && types.includes('integer') && isWholeNumber(value as number);
    const fits = types.includes(type) || wholeFloat || (type === 'integer' && types.includes('number'));
    const sequence = type === 'string' || type === 'array';
    if (checkedFormat !== '' && !fits && !sequence && format !== checkedFormat) {
      return this.wrongType(path, checkedFormat, format);
    }
    if (checkedFormat !== '' && sequence && !types.includes('number') && !types.includes('integer')) return passed;
    return fits ? passed : this.wrongType(path, types.join(','), type);
  }

  private junctions(value: unknown, { anyOf, oneOf, allOf, not }: SchemaNode, path: string): Findings {
    const found = new Findings();
    if (anyOf.length > 0) this.anyOf(value, anyOf, path, found);
    if (oneOf.length > 0) this.oneOf(value, oneOf, path, found);
    if (allOf.length > 0) this.allOf(value, allOf, path, found);
    if (not && accepts(value, not)) found.merge(this.loose(`${quoted(path)} must not validate the schema (not)`));
    return found.step();
  }

  private anyOf(value: unknown, branches: readonly SchemaNode[], path: string, found: Findings): void {
    let best: Findings | undefined;
    for (const branch of branches) {
      const result = this.value(value, branch, path);
      if (result.valid) {
        found.merge(result);
        return;
      }
      if (!best || result.steps > best.steps) best = result;
    }
    found.merge(this.loose(`${quoted(path)} must validate at least one schema (anyOf)`));
    if (best) found.merge(best);
  }

  private oneOf(value: unknown, branches: readonly SchemaNode[], path: string, found: Findings): void {
    let best: Findings | undefined;
    const passed: Findings[] = [];
    for (const branch of branches) {
      const result = this.value(value, branch, path);
      if (result.valid) passed.push(result);
      else if (passed.length === 0 && (!best || result.steps > best.steps)) best = result;
    }
    if (passed.length === 1) {
      found.merge(passed[0]!);
      return;
    }
    const count = passed.length === 0 ? 'Found none valid' : `Found ${passed.length} valid alternatives`;
    found.merge(this.loose(`${quoted(path)} must validate one and only one schema (oneOf). ${count}`));
    if (best && passed.length === 0) found.merge(best);
  }

  private allOf(value: unknown, branches: readonly SchemaNode[], path: string, found: Findings): void {
    const results = branches.map((branch) => this.value(value, branch, path));
    for (const result of results) found.merge(result);
    const passed = results.filter(({ valid }) => valid).length;
    if (passed === branches.length) return;
    const none = passed === 0 ? '. None validated' : '';
    found.merge(this.loose(`${quoted(path)} must validate all the schemas (allOf)${none}`));
  }

  private text(value: string, node: SchemaNode, path: string): Findings {
    const { maxLength, minLength, pattern, matchesPattern } = node;
    if (maxLength !== undefined && textLength(value) > maxLength) {
      const message = `${path} in body should be at most ${maxLength} chars long`;
      return Findings.of(message, tooLong(this.field(path), maxLength));
    }
    if (minLength !== undefined && textLength(value) < minLength) {
      return this.refuse(path, value, `should be at least ${minLength} chars long`);
    }
    if (matchesPattern && !matchesPattern(value)) return this.refuse(path, value, `should match '${pattern}'`);
    return new Findings();
  }

  private format(value: string, node: SchemaNode, path: string): Findings {
    return node.matchesFormat?.(value) ? new Findings() : this.wrongType(path, node.checkedFormat, value);
  }

  private number(value: number, node: SchemaNode, path: string): Findings {
    const { multipleOf, minimum, maximum } = node;
    const found = new Findings();
    found.merge(this.range(value, node, 'Checked', path));
    if (multipleOf !== undefined) {
      const range = this.range(multipleOf, node, 'MultipleOf', path);
      const native = range.valid && isInt64(value);
      const factor = native ? Math.trunc(multipleOf) : multipleOf;
      const fits = native ? isMultipleOf(value, factor) : isMultipleOfFloat(value, factor);
      found.merge(range);
      if (factor <= 0) {
        const message = `factor MultipleOf declared for ${path} must be positive: ${numberText(factor)}`;
        found.merge(Findings.of(message, invalid(this.field(path), factor, message)));
      } else if (!fits) {
        found.merge(this.refuse(path, value, `should be a multiple of ${numberText(factor)}`));
      }
    }
    if (minimum !== undefined) {
      const range = this.range(minimum, node, 'Minimum boundary', path);
      const bound = range.valid ? boundFor(value, minimum) : minimum;
      const words = node.exclusiveMinimum ? 'greater than' : 'greater than or equal to';
      found.merge(range);
      if (node.exclusiveMinimum ? value <= bound : value < bound) {
        found.merge(this.refuse(path, value, `should be ${words} ${numberText(bound)}`));
      }
    }
    if (maximum !== undefined) {
      const range = this.range(maximum, node, 'Maximum boundary', path);
      const bound = range.valid ? boundFor(value, maximum) : maximum;
      const words = node.exclusiveMaximum ? 'less than' : 'less than or equal to';
      found.merge(range);
      if (node.exclusiveMaximum ? value >= bound : value > bound) {
        found.merge(this.refuse(path, value, `should be ${words} ${numberText(bound)}`));
      }
    }
    return found.step();
  }

  private range(value: number, node: SchemaNode, what: string, path: string): Findings {
    if (fitsFormat(value, node)) return new Findings();
    const format = node.checkedFormat === '' ? '(default format)' : `with format ${node.checkedFormat}`;
    return this.loose(`${what} value must be of type ${node.types[0]} ${format} in ${path}`);
  }

  private list(value: readonly unknown[], node: SchemaNode, path: string, old?: Correlation): Findings {
    const { items, minItems, maxItems } = node;
    const found = new Findings();
    if (items) {
      value.forEach((item, i) => void found.merge(this.value(item, items, `${path}[${i}]`, old?.index(i))));
    }
    if (minItems !== undefined && value.length < minItems) {
      found.merge(this.refuse(path, value.length, `should have at least ${minItems} items`));
    }
    if (maxItems !== undefined && value.length > maxItems) {
      const message = `${path} in body should have at most ${maxItems} items`;
      found.merge(Findings.of(message, tooMany(this.field(path), value.length, maxItems)));
    }
    return found.step();
  }

  private choice(value: unknown, node: SchemaNode, path: string): Findings {
    if (inEnum(value, node)) return new Findings();
    const choices = (node.enum ?? []).map((choice) => (typeof choice === 'string' ? choice : marshalled(choice)));
    const message = `${path} in body should be one of [${choices.join(' ')}]`;
    return Findings.of(message, notSupported(this.field(path), value, choices));
  }

  private object(
    value: Readonly<Record<string, unknown>>,
    node: SchemaNode,
    path: string,
    old?: Correlation,
  ): Findings {
    const found = new Findings();
    const size = Object.keys(value).length;
    const { minProperties, maxProperties, properties, additional } = node;
    if (minProperties !== undefined && size < minProperties) {
      found.merge(this.refuse(path, size, `should have at least ${minProperties} properties`));
    }
    if (maxProperties !== undefined && size > maxProperties) {
      const message = `${path} in body should have at most ${maxProperties} properties`;
      found.merge(Findings.of(message, tooMany(this.field(path), size, maxProperties)));
    }
    for (const key in value) {
      const child = properties.get(key);
      const correlated = path === '' && (key === 'apiVersion' || key === 'kind') ? undefined : old?.key(key);
      if (child) found.merge(this.value(value[key], child, path === '' ? key : `${path}.${key}`, correlated));
      else if (additional) found.merge(this.value(value[key], additional, `${path}.${key}`, correlated));
      else if (node.additionalAllowed === false) {
        const message = `${path}.${key} in body is a forbidden property`;
        found.merge(Findings.of(message, invalid(this.field(path), key, message)));
      }
    }
    for (const name of node.required) {
      if (Object.hasOwn(value, name)) continue;
      const missing = `${path}.${name}`;
      found.merge(Findings.of(`${missing} in body is required`, required(this.field(missing))));
    }
    return found;
  }
}
