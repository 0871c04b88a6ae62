// words/en.ts - every text in English.
import { costs } from "./en/costs";
import { customers } from "./en/customers";
import { data } from "./en/data";
import { help } from "./en/help";
import { journeys } from "./en/journeys";
import { shell } from "./en/shell";
import type { Texts } from ".";

export const en: Texts = { ...shell, ...customers, ...journeys, ...costs, ...data, ...help };
