// words/fr.ts - every text in French; the keys of this table are those of all languages.
import { costs } from "./fr/costs";
import { customers } from "./fr/customers";
import { data } from "./fr/data";
import { help } from "./fr/help";
import { journeys } from "./fr/journeys";
import { shell } from "./fr/shell";

export const fr = { ...shell, ...customers, ...journeys, ...costs, ...data, ...help };
