/** jsdom paints nothing: a canvas that takes everything and says that every text is 10 px wide. */
export function fakeCanvas(): void {
  const context = new Proxy({}, { get: (_, name) => (name === "measureText" ? () => ({ width: 10 }) : () => undefined), set: () => true });
  HTMLCanvasElement.prototype.getContext = (() => context) as never;
  HTMLElement.prototype.scrollIntoView = () => undefined;
}
