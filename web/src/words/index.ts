// words/index.ts - every text in both languages, numbers and times as their readers write them.
import { en } from "./en";
import { fr } from "./fr";
import { companyZone } from "./zone";

export type Language = "fr" | "en";
export type Key = keyof typeof fr;
export type Texts = Record<Key, string>;

type Arguments = Record<string, string | number>;

const texts: Record<Language, Texts> = { fr, en };

export interface Words {
  language: Language;
  /** "{n} {n|client|clients}": a number, then the word that goes with it. */
  t(key: Key, args?: Arguments): string;
  number(n: number, digits?: number): string;
  percent(share: number, digits?: number): string;
  money(amount: number, digits?: number): string;
  /** A difference of shares, in points. */
  points(difference: number): string;
  span(seconds: number | undefined): string;
  date(time: string | number | Date): string;
  day(time: string | number | Date): string;
  clock(time: string | number | Date): string;
  moment(time: string | number | Date): string;
  bytes(n: number): string;
}

/** As a sentence or a title begins. */
export function begun(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isOne(language: Language, n: number): boolean {
  return language === "fr" ? Math.abs(n) < 2 : n === 1;
}

function fill(words: Omit<Words, "t">, text: string, args: Arguments): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = args[name];
    if (value === undefined) return whole;
    if (one !== undefined && many !== undefined) return isOne(words.language, Number(value)) ? one : many;
    return typeof value === "number" ? words.number(value) : value;
  });
}

const DAY = 86400;
const UNITS: [number, Key][] = [
  [DAY, "unit.day"],
  [3600, "unit.hour"],
  [60, "unit.minute"],
  [1, "unit.second"],
];

/** Formats by their number of digits: making one takes the browser a hundred times as long as using it. */
function formats(locale: string, options: Intl.NumberFormatOptions): (digits: number) => Intl.NumberFormat {
  const made: Intl.NumberFormat[] = [];
  return (digits) => (made[digits] ??= new Intl.NumberFormat(locale, { ...options, minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

/** Made when first used: by then the company's zone is known. */
export function inZone(locale: string, options: Intl.DateTimeFormatOptions): (time: string | number | Date) => string {
  let made: Intl.DateTimeFormat | undefined;
  return (time) => (made ??= new Intl.DateTimeFormat(locale, { ...options, timeZone: companyZone() })).format(new Date(time));
}

/** 2026-03-14: the day on which something was, as dates are given to the server. */
export const isoDay = inZone("sv-SE", {});

/** As print writes it: a hyphen before a figure is read as a dash between two. */
const minus = (text: string) => text.replace("-", "\u2212");

function makeWords(language: Language): Words {
  const locale = language === "fr" ? "fr-FR" : "en-GB";
  const dateOf = inZone(locale, { day: "numeric", month: "short", year: "numeric" });
  const dayOf = inZone(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const clockOf = inZone(locale, { hour: "2-digit", minute: "2-digit" });
  const plain = formats(locale, {});
  const share = formats(locale, { style: "percent" });
  const euros = formats(locale, { style: "currency", currency: "EUR" });
  const signed = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const number = (n: number, digits = 0) => minus(plain(digits).format(n));
  const words: Words = {
    language,
    t: (key, args = {}) => fill(words, texts[language][key], args),
    number,
    percent: (n, digits = n !== 0 && Math.abs(n) < 0.1 ? 1 : 0) => minus(share(digits).format(n)),
    money: (amount, digits = 0) => minus(euros(digits).format(amount)),
    points: (difference) => `${minus(signed.format(difference * 100))} ${texts[language]["unit.points"]}`,
    span: (seconds) => {
      if (seconds === undefined) return "–";
      if (seconds < 1) return "< 1 s";
      for (const [size, key] of UNITS)
        if (seconds >= size) {
          const n = seconds / size;
          return `${number(n, n < 10 && size > 1 && n % 1 >= 0.05 ? 1 : 0)} ${texts[language][key]}`;
        }
      return "0 s";
    },
    date: dateOf,
    day: (time) => begun(dayOf(time)),
    clock: clockOf,
    moment: (time) => `${dateOf(time)}, ${clockOf(time)}`,
    bytes: (n) => {
      const unit = language === "fr" ? "o" : "B";
      const power = Math.min(4, Math.floor(Math.log2(Math.max(n, 1)) / 10));
      const value = n / 1024 ** power;
      return `${number(value, power > 0 && value < 100 ? 1 : 0)} ${["", "K", "M", "G", "T"][power]}${unit}`;
    },
  };
  return words;
}

const made: Record<Language, Words> = { fr: makeWords("fr"), en: makeWords("en") };

export function wordsOf(language: Language): Words {
  return made[language];
}
