/** What a history must never show. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}
