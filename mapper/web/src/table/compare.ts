/** The order of names in a list: the one place that decides it. */

/** Below 0: `a` comes first. By code points, the same in every language and on every device. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
