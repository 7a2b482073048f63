/** Alphabetical order, held against the alphabets as schools teach them and lists put in order by hand. */
import { expect, test } from "vitest";

import { sortedByName } from "../src/collation.ts";

const sorted = (language: string, names: readonly string[]) => sortedByName(language, names, (name) => name);

/** Every list stands in its right order; it must come back so from any other order. */
function expectOrder(language: string, names: readonly string[]): void {
  expect(sorted(language, [...names].reverse())).toEqual(names);
  const shuffled = names.map((_, at) => names[(at * 7 + 3) % names.length] as string);
  if (new Set(shuffled).size === names.length) expect(sorted(language, shuffled)).toEqual(names);
}

test("the Azerbaijani alphabet, small and capital", () => {
  const letters = "a b c ç d e ə f g ğ h x ı i j k q l m n o ö p r s ş t u ü v y z".split(" ");
  expectOrder("az", letters);
  expectOrder("az", "A B C Ç D E Ə F G Ğ H X I İ J K Q L M N O Ö P R S Ş T U Ü V Y Z".split(" "));
});

test("districts in Azerbaijani: ə after e, x after h, q after k, ı before i, ş after s", () => {
  expectOrder("az", ["Ağdam", "Ağdərə", "Beyləqan", "Bərdə", "Cəbrayıl", "Daşkəsən", "Füzuli", "Goranboy", "Göygöl", "Hacıqabul",
    "Xankəndi", "Xocalı", "Xocavənd", "İmişli", "Kəlbəcər", "Qubadlı", "Laçın", "Sabirabad", "Şuşa", "Tərtər", "Zəngilan"]);
  expectOrder("az", ["qanlı", "qır", "qız", "qiblə"]);
  expectOrder("az", ["Ilıca", "Irmaq", "İlham", "İrəvan"]);
});

test("the same names on an English page: marks do not count, ə follows e", () => {
  expectOrder("en", ["Ağdam", "Ağdərə", "Beyləqan", "Bərdə", "Cəbrayıl", "Füzuli", "Göygöl", "Hacıqabul", "İmişli", "Kəlbəcər", "Laçın", "Qubadlı", "Şuşa", "Tərtər", "Xankəndi", "Zəngilan"]);
});

test("Russian: ё with е, й after и, Cyrillic before Latin", () => {
  expectOrder("ru", ["Агдам", "Барда", "Гедабек", "Гёйгёль", "Геранбой", "Ёлка", "Зангелан", "Имишли", "Йолчулу", "Кельбаджар", "Шуша", "Щорс", "Ялта", "Ağdam"]);
  expect(sorted("az", ["Агдам", "Zəngilan"])).toEqual(["Zəngilan", "Агдам"]);
});

test("signs before digits before letters; a shorter name first; other scripts last; composed or not", () => {
  expectOrder("en", ["", " x", "1 Mayıs", "2", "Ab", "Aba", "ა", "中"]);
  expect(sorted("az", ["s\u0327a", "sz", "ta"])).toEqual(["sz", "s\u0327a", "ta"]);
  expect(sorted("az", ["Tǝrtǝr", "Tarla", "Tez"])).toEqual(["Tarla", "Tez", "Tǝrtǝr"]);
});

test("equal names keep their order", () => {
  expect(sortedByName("az", [["b", 1], ["a", 2], ["b", 3]] as const, ([name]) => name)).toEqual([["a", 2], ["b", 1], ["b", 3]]);
});
