import type { KubeObject } from '../api/kube.ts';
import { badRequest } from './errors.ts';
import { invalid } from './structural/field-errors.ts';
import { labelValueProblems, qualifiedNameProblems } from './structural/names.ts';

type Operator = 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<';
type Test = (object: KubeObject) => boolean;

interface Token {
  readonly sort: Operator | '!' | ',' | '(' | ')' | 'word' | 'end';
  readonly text: string;
}

const TOKEN = /\s*(?:([^\s=!(),<>]+)|(==|!=|[=!(),<>])|$)/y;
const OPERATORS = new Set(['in', 'notin', '=', '==', '!=', '>', '<']);
const OPERATOR_NAMES = 'in, notin, =, ==, !=, gt, lt';
const INTEGER = /^[+-]?\d+$/;

/**
 * Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>5`.
 * @throws ApiError 400 in the words of kube-apiserver
 */
export const parseLabelSelector = (selector: string): readonly Test[] => new Parser(tokensOf(selector)).selector();

function tokensOf(selector: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const [, word, symbol] = TOKEN.exec(selector) ?? [];
    if (word !== undefined) {
      tokens.push({ sort: word === 'in' || word === 'notin' ? word : 'word', text: word });
    } else if (symbol !== undefined) tokens.push({ sort: symbol as Token['sort'], text: symbol });
    else return [...tokens, { sort: 'end', text: '' }];
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  selector(): readonly Test[] {
    const tests: Test[] = [];
    for (;;) {
      const { sort, text } = this.#peek();
      if (sort === 'end') return tests;
      if (sort !== 'word' && sort !== '!')
        throw badRequest(`found '${text}', expected: !, identifier, or 'end of string'`);
      tests.push(this.#requirement());
      const next = this.#take();
      if (next.sort === 'end') return tests;
      if (next.sort !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.sort !== 'word' && after.sort !== '!')
        throw badRequest(`found '${after.text}', expected: identifier after ','`);
    }
  }

  /** Words that are operators elsewhere are words where no operator can stand. */
  #peek(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
    return token.sort === 'in' || token.sort === 'notin' ? { ...token, sort: 'word' } : token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #requirement(): Test {
    let first = this.#take();
    const negated = first.sort === '!';
    if (negated) first = this.#take();
    if (first.sort !== 'word') throw unreadable(`found '${first.text}', expected: identifier`);
    const key = first.text;
    const problems = qualifiedNameProblems(key);
    if (problems.length > 0) throw refused(key, problems.join('; '));
    const { sort } = this.#peek();
    if (negated) return ({ metadata }) => metadata.labels?.[key] === undefined;
    if (sort === 'end' || sort === ',') return ({ metadata }) => metadata.labels?.[key] !== undefined;
    return this.#comparison(key);
  }

  #comparison(key: string): Test {
    const { sort, text } = this.#tokens[this.#at++] as Token;
    if (!OPERATORS.has(sort)) throw unreadable(`found '${text}', expected: ${OPERATOR_NAMES}`);
    const values = sort === 'in' || sort === 'notin' ? this.#values() : [this.#exactValue()];
    if (sort === '>' || sort === '<') return this.#order(key, sort, values[0] ?? '');
    checkValues(key, values);
    const included = sort !== 'notin' && sort !== '!=';
    return ({ metadata }) => {
      const value = metadata.labels?.[key];
      return value === undefined ? !included : values.includes(value) === included;
    };
  }

  #order(key: string, sort: '>' | '<', wanted: string): Test {
    if (!INTEGER.test(wanted)) {
      throw refused(wanted, "for 'Gt', 'Lt' operators, the value must be an integer", '[0]');
    }
    const bound = Number(wanted);
    return ({ metadata }) => {
      const value = metadata.labels?.[key];
      if (value === undefined || !INTEGER.test(value)) return false;
      return sort === '>' ? Number(value) > bound : Number(value) < bound;
    };
  }

  #exactValue(): string {
    const { sort } = this.#peek();
    if (sort === 'end' || sort === ',') return '';
    const { sort: found, text } = this.#take();
    if (found !== 'word') throw unreadable(`found '${text}', expected: identifier`);
    return text;
  }

  #values(): readonly string[] {
    const open = this.#take();
    if (open.sort !== '(') throw unreadable(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    let expectsValue = true;
    for (;;) {
      const { sort, text } = this.#take();
      if (sort === 'word' && expectsValue) {
        values.push(text);
        expectsValue = false;
      } else if (sort === ',') {
        if (expectsValue) values.push('');
        expectsValue = true;
      } else if (sort === ')') {
        return expectsValue ? [...values, ''] : values;
      } else if (values.length === 0) throw unreadable(`found '${text}', expected: ',', ')' or identifier`);
      else throw unreadable(`found '${text}', expected: ${expectsValue ? "',', or identifier" : "',' or ')'"}`);
    }
  }
}

function checkValues(key: string, values: readonly string[]): void {
  for (const value of [...values].sort()) {
    const problems = labelValueProblems(value);
    if (problems.length > 0) throw refused(value, problems.join('; '), `[${values.indexOf(value)}][${key}]`);
  }
}

const unreadable = (why: string) => badRequest(`unable to parse requirement: ${why}`);

function refused(value: string, why: string, place = ''): Error {
  const { message } = invalid('', value, why);
  return unreadable(`${place === '' ? '<nil>' : `values${place}`}: ${message}`);
}
