/** The choice of paper, and the two ways to take the map away: printed, or as a picture. */
import { button, el, type Content } from "../elements.ts";
import { save } from "../save.ts";
import type { Words } from "../words.ts";
import { PAPERS, type Paper } from "./paper.ts";
import type { Printing } from "./print.ts";
import { SheetRefused } from "./refused.ts";

function nameOf(words: Words, { format, landscape }: Paper): string {
  return words.say(landscape ? "print.landscape" : "print.portrait", { format });
}

function paperChoice(words: Words, printing: Printing): HTMLElement {
  const select = el("select", { "data-print": "paper" }, ...PAPERS.map((paper) => el("option", {}, nameOf(words, paper))));
  select.selectedIndex = PAPERS.indexOf(printing.paper);
  select.addEventListener("change", () => printing.setPaper(PAPERS[select.selectedIndex] ?? printing.paper));
  return el("label", { class: "mapper-field" }, el("span", {}, words.say("print.paper")), select);
}

function wordsChoice(words: Words, printing: Printing): HTMLElement {
  const box = el("input", { type: "checkbox" });
  box.checked = printing.withWords;
  box.addEventListener("change", () => (printing.withWords = box.checked));
  return el("label", { class: "mapper-switch" }, box, el("span", {}, words.say("print.with_words")));
}

/** The body of the section. `title` names the saved file. */
export function printSection(words: Words, printing: Printing, title: string): Content[] {
  const said = el("p", { class: "mapper-hint", role: "status" });
  const attempt = async (action: () => Promise<void>) => {
    said.textContent = "";
    try {
      await action();
    } catch (cause) {
      if (!(cause instanceof SheetRefused)) throw cause;
      said.textContent = words.say(`print.refused.${cause.code}`);
    }
  };
  const savePicture = async () => save(document, `${title}.png`, "image/png", await printing.picture());
  return [
    el("p", { class: "mapper-hint" }, words.say("print.text")),
    paperChoice(words, printing),
    wordsChoice(words, printing),
    el(
      "div",
      { class: "mapper-group-buttons" },
      button({ class: "mapper-more" }, () => void attempt(() => printing.print(window)), words.say("print.print")),
      button({ class: "mapper-more" }, () => void attempt(savePicture), words.say("print.picture")),
    ),
    said,
  ];
}
