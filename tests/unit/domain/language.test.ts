// Which language a text is in: by script, by common words, and "other" where nothing says.
import { expect, test } from "vitest";
import { languageOf } from "../../../server/domain/language.ts";

test.each([
  ["en", "What is the capital of France, and why is it so big?"],
  ["de", "Was ist die Hauptstadt von Frankreich und warum ist sie so groß?"],
  ["fr", "Quelle est la capitale de la France et pourquoi est-elle si grande ?"],
  ["es", "¿Cuál es la capital de Francia y por qué es tan grande?"],
  ["it", "Qual è la capitale della Francia e perché è così grande?"],
  ["pt", "Qual é a capital da França e por que ela é tão grande? Não sei, você sabe?"],
  ["nl", "Wat is de hoofdstad van Frankrijk en waarom is het zo groot?"],
  ["zh", "法国的首都是哪里？为什么 Paris 这么大？"],
  ["ja", "フランスの首都はどこですか。東京ではありません。"],
  ["ko", "프랑스의 수도는 어디입니까?"],
  ["ru", "Какая столица Франции и почему она такая большая?"],
  ["uk", "Яка столиця Франції і чому вона така велика?"],
  ["ar", "ما هي عاصمة فرنسا؟"],
  ["he", "מהי בירת צרפת?"],
  ["el", "Ποια είναι η πρωτεύουσα της Γαλλίας;"],
  ["th", "เมืองหลวงของฝรั่งเศสคืออะไร"],
  ["hi", "फ्रांस की राजधानी क्या है?"],
  ["other", "12 + 30 = 42"],
  ["other", ""],
  ["other", "Xyzzy plugh"],
])("%s", (language, text) => {
  expect(languageOf(text)).toBe(language);
});

test("a text of any length takes no longer than its beginning", () => {
  expect(languageOf(`The cat is on the mat. ${"猫".repeat(1_000_000)}`.slice(0, 22) + "x".repeat(2_000_000))).toBe(
    "en",
  );
});
