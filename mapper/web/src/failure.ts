/**
 * Everything that can stop the page from loading, and how that is told.
 *
 * The page opens with a "not loaded, do not use" banner written into its HTML. Nothing but a complete load removes it;
 * any `Failure` empties what was drawn, leaves (or puts back) the banner and adds one sentence on the cause. A half-drawn
 * map looks like a map with fewer mines, so there is no "draw what we can".
 */

/** Sentences by code and language, put in by the build (see words.mjs). */
declare const FAILURE_WORDS: Record<string, Record<string, string>>;

export type FailureCode =
  | "failure.no_data"
  | "failure.altered"
  | "failure.unreadable"
  | "failure.count"
  | "failure.not_drawn"
  | "failure.unexpected";

/** A reason why the page must not be used; `detail` is for the person who repairs it. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.name = "Failure";
    this.code = code;
  }
}

/** Give any thrown value the shape of a Failure. */
export function asFailure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  return new Failure("failure.unexpected", cause instanceof Error ? cause.message : String(cause));
}

/** Without its style sheet (altered, so that the policy refused it) the page would be a map that nobody can read. */
export function checkStyle(page: Document): void {
  const mark = getComputedStyle(page.documentElement).getPropertyValue("--mapper-style").trim();
  if (mark !== "loaded") throw new Failure("failure.altered", "The page's style sheet was not accepted.");
}

const BANNER_ID = "mapper-banner";
const CAUSE_ID = "mapper-banner-cause";

function causeBlock(failure: Failure): HTMLElement {
  const block = document.createElement("div");
  block.id = CAUSE_ID;
  for (const [language, sentence] of Object.entries(FAILURE_WORDS[failure.code] ?? {})) {
    const line = document.createElement("p");
    line.lang = language;
    line.textContent = sentence;
    block.append(line);
  }
  const detail = document.createElement("p");
  detail.className = "mapper-detail";
  detail.textContent = failure.message;
  block.append(detail);
  return block;
}

/** The banner of the HTML, kept so that it can be put back, into `room`, after it was taken away. */
export class Banner {
  private readonly element: HTMLElement;

  constructor(
    page: Document,
    private readonly room: HTMLElement = page.body,
  ) {
    this.element = room.querySelector<HTMLElement>(`#${BANNER_ID}`) ?? page.createElement("div");
    this.element.id = BANNER_ID;
    this.element.setAttribute("role", "alert");
  }

  remove(): void {
    this.element.remove();
  }

  show(failure: Failure): void {
    this.element.querySelector(`#${CAUSE_ID}`)?.remove();
    this.element.append(causeBlock(failure));
    if (!this.element.isConnected) this.room.prepend(this.element);
  }
}
