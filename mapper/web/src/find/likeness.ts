/** How alike two names sound: for suggesting, never for answering. */

/** A key shorter than this is alike to too many. */
const SHORTEST = 4;
const LONG = 8;

/** Letters to change, add, leave out or exchange with the next to make one of the other; more than `most` counts as `most` + 1. */
export function distanceBetween(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      const turned = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const steps = [(last[j] as number) + 1, (next[j - 1] as number) + 1, (last[j - 1] as number) + (same ? 0 : 1)];
      next.push(Math.min(...steps, turned ? (before[j - 2] as number) + 1 : Infinity));
    }
    [before, last] = [last, next];
  }
  return Math.min(last[other.length] as number, most + 1);
}

/** Whether a key is one letter away from another, of long ones two. */
export function isAlike(asked: string, known: string): boolean {
  if (asked.length < SHORTEST) return false;
  const most = asked.length >= LONG ? 2 : 1;
  return distanceBetween(asked, known, most) <= most;
}
