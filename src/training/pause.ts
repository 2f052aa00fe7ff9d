/** A pause in milliseconds that doubles each time, up to the longest. @param times from 1 */
export const doublingPause = (times: number, first: number, longest: number): number =>
  Math.min(first * 2 ** (times - 1), longest);
