import german from './german.json' with { type: 'json' };

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** A text in English, which the code has in place of a key. */
export type Text = keyof typeof german;

function translator(language: Language) {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  /** Returns the text with `value` in place of `%`. A validator's own text stays English. */
  const translate = (text: Text, value: string | number = '') =>
    ((language === 'de' && german[text]) || text).replace('%', () => `${value}`);
  return Object.assign(translate, { language, date: (time: number) => format.format(time) });
}

/** Texts and dates of each language: `t('Sent: %', 2)`, `t.date(time)`. */
export const translators = { en: translator('en'), de: translator('de') };
