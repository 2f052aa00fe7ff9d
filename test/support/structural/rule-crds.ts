import type { StructuralSchema } from '../../../src/api/structural.ts';
import { object, root, type SchemaCase } from './crds.ts';

/** CRDs whose rules together use what CEL and Kubernetes' libraries offer. */

type Rule = string | { readonly rule: string; readonly [key: string]: unknown };

const withRules = (schema: StructuralSchema, rules: readonly Rule[]): StructuralSchema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

const text = { type: 'string', maxLength: 40 };
const integer = { type: 'integer' };
const number = { type: 'number' };
const list = (items: StructuralSchema, more: Partial<StructuralSchema> = {}): StructuralSchema => ({
  type: 'array',
  items,
  maxItems: 5,
  ...more,
});
const map = (values: StructuralSchema): StructuralSchema => ({
  type: 'object',
  additionalProperties: values,
  maxProperties: 5,
});

const operators = withRules(
  object({
    a: integer,
    b: integer,
    x: number,
    y: number,
    s: text,
    t: text,
    flag: { type: 'boolean' },
    words: list(text),
    numbers: list(integer),
    values: map(integer),
  }),
  [
    'self.a + self.b < 100',
    'self.a / self.b >= 0',
    'self.a % self.b != 3',
    'self.a * self.b <= 1000',
    '-self.a < 50',
    '!has(self.x) || !has(self.y) || self.x + self.y < 1000.0',
    'has(self.x) && self.x > double(self.a)',
    '!has(self.s) || self.s != self.t',
    { rule: "self.s + 'x' == self.t ? self.flag : true", message: '  spaced message ' },
    "self.words.all(w, w.startsWith('a') || w.size() < 12)",
    "self.words.exists(w, w == 'abc')",
    'self.numbers.exists_one(n, n > 5)',
    "self.words.map(w, w + '!') != ['abc!']",
    'self.numbers.filter(n, n % 2 == 0).size() < 3',
    'self.numbers.map(n, n > 3, n * 2).sum() < 50',
    "self.words[0] != 'abc'",
    "self.values.all(k, self.values[k] < 10 && k != 'cpu')",
    "'Worker' in self.values",
    '5 in self.numbers',
    "self.values['a'] == 1",
    'self.numbers == [1, 2] || size(self.numbers) != 2',
    'self.values.size() != 1 || self.values == {"a": 1}',
    'type(self.a) == int && type(self.x) == double',
    'dyn(self.a) == 1.0 || self.a > 1',
    "[1, 2, 3].all(i, i > 0) && {'k': [1.5]}['k'][0] < 2.0",
    'string(self.a) != "1"',
    'string(self.x) != "1.5"',
    'int(self.s) < 40',
    'double(self.t) < 100.0',
    "timestamp('2024-01-01T00:00:00Z') < timestamp('2024-01-02T00:00:00Z') + duration('1h')",
    '1u + 2u == 3u',
    "b'abc' == bytes('abc')",
    'self.a > 0 && self.b > 0 || self.flag',
  ],
);

const strings = withRules(object({ s: text, t: text, words: list(text) }, { required: ['s'] }), [
  "!self.s.contains('b')",
  "self.s.matches('^[a-z0-9.-]*$')",
  "self.s.find('[0-9]+') != '42'",
  "self.s.findAll('[0-9]').size() < 6",
  "self.s.findAll('a', 2) != ['a', 'a']",
  "self.s.indexOf('a') < 3",
  "self.s.indexOf('e', 2) != 3",
  "self.s.lastIndexOf('.') < 8",
  "self.s.substring(1) != 'bc'",
  "self.s.substring(0, 2) != 'ab'",
  "self.s.charAt(1) != 'b'",
  "self.s.replace('a', 'b') != 'bbc'",
  "self.s.replace('a', 'b', 1) != 'b'",
  "self.s.split('.').size() < 3",
  "self.s.split('-', 2)[0] != 'hello'",
  'self.s.lowerAscii() == self.s',
  "self.s.upperAscii() != 'ABC'",
  'self.s.trim() == self.s',
  'self.s.size() < 20',
  "self.words.join('-') != 'a-b'",
  'self.words.isSorted()',
  "self.words.size() == 0 || self.words.max() != 'x y'",
  "self.words.indexOf('abc') < 1",
  "self.s < 'user'",
  'strings.quote(self.s) != \'"a"\'',
  { rule: 'self.s.size() > 2', messageExpression: "'%s is too short: %d'.format([self.s, self.s.size()])" },
  { rule: "self.s != 'null'", messageExpression: "self.t + ' and ' + self.s", message: 'fallback' },
  { rule: "!self.s.startsWith('http')", reason: 'FieldValueForbidden', fieldPath: '.s', message: 'no URLs' },
  { rule: 'has(self.t)', reason: 'FieldValueRequired', fieldPath: '.t', message: 't is needed' },
  { rule: "self.s != 'true'", reason: 'FieldValueDuplicate', fieldPath: '.words', message: 'twice' },
]);

const kubernetes = withRules(
  object(
    { s: text, q: { 'x-kubernetes-int-or-string': true, maxLength: 20 }, words: list(text), numbers: list(integer) },
    { required: ['s'] },
  ),
  [
    "!isURL(self.s) || url(self.s).getHost() == 'example.com'",
    "url(self.s).getScheme() != 'http'",
    '!isURL(self.s) || url(self.s).getQuery().size() == 0',
    '!isIP(self.s) || ip(self.s).family() == 4',
    '!isIP(self.s) || !ip(self.s).isLoopback()',
    '!isIP(self.s) || ip.isCanonical(self.s)',
    "!isCIDR(self.s) || cidr(self.s).containsIP('10.1.2.3')",
    '!isCIDR(self.s) || cidr(self.s).prefixLength() > 8',
    "isQuantity(self.s) && quantity(self.s).isLessThan(quantity('1Gi'))",
    'quantity(string(self.q)).isInteger()',
    "quantity(string(self.q)).add(quantity('1')).compareTo(quantity('43')) != 0",
    "type(self.q) == int ? self.q < 100 : self.q.endsWith('%')",
    'self.q < 5',
    '!format.dns1123Label().validate(self.s).hasValue()',
    "format.named('uuid').hasValue() && !format.named(self.s).hasValue()",
    '!format.qualifiedName().validate(self.s).hasValue() || self.s.size() < 15',
    '!isSemver(self.s) || semver(self.s).major() > 1',
    "sets.contains(['a', 'ab', 'abc'], self.words)",
    "sets.intersects(self.words, ['abc']) || size(self.words) < 3",
    'self.numbers.sum() < 300',
    'self.numbers.min() >= 0',
    'self.numbers.max() < 256',
    '!has(self.numbers) || self.numbers.sort() == self.numbers',
    '!has(self.numbers) || self.numbers.distinct().size() == self.numbers.size()',
    'self.numbers.slice(0, 2) != [1, 2]',
    'self.numbers.reverse()[0] != 5',
    'lists.range(3).all(i, i < 3)',
    "self.words.all(i, w, i < 3 || w != 'a')",
    "self.words.transformList(i, w, i < 2, w) != ['abc']",
    "self.words.transformMap(i, w, w).exists(i, w, i == 0 && w == 'x y') == false",
    'optional.of(self.s).optMap(v, size(v)).orValue(0) != 1',
    'self.?q.hasValue()',
    "self.words[?2].orValue('none') != 'none'",
    "self.?s.orValue('') != '1'",
  ],
);

const typed = withRules(
  object({
    when: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    long: { type: 'string', format: 'duration' },
    data: { type: 'string', format: 'byte', maxLength: 40 },
    nothing: { type: 'string', nullable: true, maxLength: 40 },
    'with-dash': text,
    'with.dot': text,
    namespace: text,
    under__score: text,
    open: object({ known: text }, { 'x-kubernetes-preserve-unknown-fields': true }),
    pod: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: object({ a: integer }) } },
  }),
  [
    "self.when < timestamp('2024-01-02T03:00:00Z')",
    'self.when.getFullYear() == 2024 && self.when.getHours() != 3',
    "self.when.getMonth('Europe/Berlin') == 0",
    "self.day >= timestamp('2024-01-01T00:00:00Z')",
    "self.long < duration('1h')",
    'self.long.getSeconds() != 90',
    'string(self.long) != "5400s"',
    "self.data != b'abc'",
    "!has(self.nothing) || self.nothing != 'a'",
    "self.with__dash__dash != 'abc'",
    "self.with__dot__dot != 'abc'",
    "self.__namespace__ != 'abc'",
    "self.under__underscores__score != 'abc'",
    "self.open.known != 'a'",
    "self.pod.kind == 'Pod' && self.pod.metadata.name != 'obj' && self.pod.spec.a < 5",
  ],
);

const transitions = object({
  fixed: withRules(text, [{ rule: 'self == oldSelf', message: 'fixed is immutable' }]),
  growing: withRules(integer, ['self >= oldSelf']),
  optional: withRules(text, [
    { rule: "oldSelf.hasValue() || self != 'abc'", optionalOldSelf: true, message: 'not at first' },
  ]),
  previous: withRules(integer, [{ rule: 'oldSelf.orValue(0) <= self', optionalOldSelf: true }]),
  items: list(
    withRules(
      object({ name: text, weight: withRules(integer, ['self >= oldSelf']), tags: list(text) }, { required: ['name'] }),
      [
        { rule: 'self.tags == oldSelf.tags', message: 'tags are immutable' },
        { rule: 'self.weight < 60', messageExpression: "'heavy: ' + self.name" },
      ],
    ),
    { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
  ),
  plain: list(withRules(text, ["self != 'abc'"])),
  set: withRules(list(text, { 'x-kubernetes-list-type': 'set' }), ['self == oldSelf', 'oldSelf.all(w, w in self)']),
  byName: map(
    withRules(object({ value: withRules(integer, ['self < 100', 'self >= oldSelf']) }), [
      '!has(oldSelf.value) || has(self.value)',
    ]),
  ),
  keyed: withRules(
    list(object({ name: text, value: integer }, { required: ['name'] }), {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    }),
    ['self == oldSelf', 'size(self + oldSelf) < 4'],
  ),
});

const rootRules = {
  'x-kubernetes-validations': [
    { rule: "self.metadata.name != 'o' || has(self.spec.fixed)", message: 'named o, needs fixed' },
    { rule: "self.kind != '' && self.apiVersion.endsWith('/v1')" },
  ],
};

export const WITH_RULES: readonly SchemaCase[] = [
  { name: 'operators', schema: root(operators) },
  { name: 'strings', schema: root(strings) },
  { name: 'kuberneteses', schema: root(kubernetes) },
  { name: 'typeds', schema: root(typed) },
  { name: 'transitions', schema: root(transitions, rootRules) },
  { name: 'tightrules', schema: root(transitions, rootRules), before: root(withoutRules(transitions)) },
];

function withoutRules(schema: StructuralSchema): StructuralSchema {
  const { 'x-kubernetes-validations': _rules, ...kept } = schema;
  return {
    ...kept,
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, child]) => [name, withoutRules(child)]),
      ),
    }),
    ...(schema.items && { items: withoutRules(schema.items) }),
    ...(schema.additionalProperties && { additionalProperties: withoutRules(schema.additionalProperties) }),
  };
}
