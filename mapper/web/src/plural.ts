/**
 * The form of a word after a number, as Unicode's plural rules have it for the three languages.
 *
 * A sentence of `mapper/terms` writes the forms in this order: `{n|zone|zones}`, `{n|зона|зоны|зон}`. In Russian a decimal
 * takes the second form, as 2 does.
 */
type Choice = (n: number) => number;

const oneOrMore: Choice = (n) => (n === 1 ? 0 : 1);

function russian(n: number): number {
  if (!Number.isInteger(n)) return 1;
  const [ten, hundred] = [n % 10, n % 100];
  if (ten === 1 && hundred !== 11) return 0;
  return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? 1 : 2;
}

const CHOICES: Readonly<Record<string, Choice>> = { en: oneOrMore, az: oneOrMore, ru: russian };

/** Which of the forms stands after a number; after what is no number the last one. */
export function pluralForm(language: string, forms: readonly string[], value: string | number): string {
  const choose = CHOICES[language] ?? oneOrMore;
  return (typeof value === "number" ? forms[choose(Math.abs(value))] : undefined) ?? forms[forms.length - 1] ?? "";
}
