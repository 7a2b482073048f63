/**
 * Printing, and the picture: both make the sheet anew from the view at that moment.
 *
 * A browser tells when it is about to print, whatever key or menu began it; the sheet then stands in the page's place.
 */
import { el } from "../elements.ts";
import { datesText } from "../frame.ts";
import { pageRule, type Paper } from "./paper.ts";
import { makeSheet, type Sheet, type SheetParts } from "./sheet.ts";
import { SheetRefused } from "./refused.ts";
import { pictureOf } from "./picture.ts";
import { measureIn } from "./text.ts";
import { wordPages } from "./words.ts";

const PRINTING = "mapper-printing";

/** Throws SheetRefused when one cannot be unpacked. */
async function unpacked(pictures: readonly (SVGImageElement & { decode?: () => Promise<void> })[]): Promise<void> {
  try {
    await Promise.all(pictures.map((picture) => picture.decode?.()));
  } catch {
    throw new SheetRefused("undrawn");
  }
}

export class Printing {
  /** Whether what stands open in words is printed after the map. */
  withWords = true;
  private readonly stand: HTMLElement;
  private composing = false;
  private ready = false;

  /** `parts` gives the view as it is now, and `open` what stands open in words. */
  constructor(
    public paper: Paper,
    private readonly parts: () => SheetParts,
    private readonly open: () => readonly HTMLElement[],
    private readonly page: Document,
  ) {
    this.stand = el("div", { id: "mapper-sheet" });
  }

  /** Whether the map is out of its place at this moment, so that its moves are nobody's. */
  get busy(): boolean {
    return this.composing;
  }

  private compose(): Sheet {
    this.composing = true;
    try {
      return makeSheet(this.parts(), this.paper, measureIn(this.page));
    } finally {
      this.composing = false;
    }
  }

  /** From now on the page prints as a sheet. */
  follow(window: Window): void {
    this.page.body.append(this.stand);
    window.addEventListener("beforeprint", () => this.begin());
    this.setPaper(this.paper);
  }

  /** Choose the paper; the printer is told by a rule of the page's own style sheet, which its security policy lets stand. */
  setPaper(paper: Paper): void {
    this.paper = paper;
    const own = Array.from(this.page.styleSheets).find((sheet) => sheet.ownerNode instanceof HTMLStyleElement);
    if (own === undefined) return;
    const old = Array.from(own.cssRules).findIndex((rule) => rule instanceof CSSPageRule);
    if (old >= 0) own.deleteRule(old);
    own.insertRule(pageRule(paper), own.cssRules.length);
  }

  /** The sheet is left standing, unseen, until the next one: some phones say that they have printed before they do. */
  private stage(): void {
    this.page.documentElement.classList.remove(PRINTING);
    const { words, data: { meta } } = this.parts();
    const open = this.withWords ? this.open() : [];
    const line = `${words.of(meta.titles, meta.title)} · ${datesText(words, meta)} · ${words.say("about.edition")}: ${meta.edition} · ${words.say("head.caveat")}`;
    this.stand.lang = words.language;
    this.stand.replaceChildren(this.compose().element, ...(open.length > 0 ? [wordPages(line, open)] : []));
    this.page.documentElement.classList.add(PRINTING);
  }

  /** What the browser's own key or menu prints; where no sheet can be made, a sentence that says why stands on the paper instead. */
  private begin(): void {
    try {
      if (!this.ready) this.stage();
    } catch (cause) {
      if (!(cause instanceof SheetRefused)) throw cause;
      this.stand.replaceChildren(el("p", { class: "mapper-bar" }, this.parts().words.say(`print.refused.${cause.code}`)));
      this.page.documentElement.classList.add(PRINTING);
    }
    this.ready = false;
  }

  /** Print once the pictures in the sheet are unpacked, for which a browser's own key or menu does not wait. */
  async print(window: Window): Promise<void> {
    this.stage();
    await unpacked(Array.from(this.stand.querySelectorAll("image")));
    this.ready = true;
    window.print();
    this.ready = false;
  }

  /** The sheet as a PNG picture. */
  picture(): Promise<Blob> {
    return pictureOf(this.compose());
  }
}
