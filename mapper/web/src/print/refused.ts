/** Why there is no sheet; the page has a sentence for each code. */
export type Refusal = "hidden" | "unreadable" | "undrawn";

export class SheetRefused extends Error {
  constructor(readonly code: Refusal) {
    super(`The sheet cannot be made: ${code}.`);
    this.name = "SheetRefused";
  }
}
