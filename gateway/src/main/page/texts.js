// What the page says, in English and Chinese. t('key', values) fills {name} in.
import en from './texts/en.js';
import zh from './texts/zh.js';
import remediesZh from './texts/remedies-zh.js';
import { remember, remembered } from './storage.js';

const texts = { en, zh };
const remedies = { zh: remediesZh };

export let language = (remembered('language') || (navigator.language ?? 'en')).startsWith('zh') ? 'zh' : 'en';
const tell = () => (document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en');
tell();

/** The parts of the page hear of it by the document's event "language". */
export function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  remember('language', language);
  tell();
  document.dispatchEvent(new Event('language'));
}

export function t(key, values = {}) {
  const text = texts[language][key] ?? texts.en[key] ?? key;
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '') : text;
}

export const errorTitle = code => (texts[language].errors[code] ?? texts.en.errors[code] ?? code) || t('FAILED');

/** What to do, as the gateway said it in English, or as the page's language says it. */
export const errorRemedy = (code, given) => (given && remedies[language]?.[code]) || given;
export const layerFailure = ({ code, detail }) => (remedies[language] ? errorTitle(code) : detail);
export const layerRemedy = ({ name, remedy }) => remedies[language]?.[name] ?? remedy;

/** Milliseconds for people. */
export function duration(millis) {
  const seconds = millis / 1000;
  const unit = language === 'zh' ? ['毫秒', '秒', '分'] : ['ms', 's', 'min'];
  if (seconds < 1) return `${Math.round(millis)} ${unit[0]}`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} ${unit[1]}`;
  return `${Math.floor(seconds / 60)} ${unit[2]} ${Math.round(seconds % 60)} ${unit[1]}`;
}

/** Bytes for people, as Ollama counts them: in thousands. */
export function bytes(count) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let index = 0;
  let value = count;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${value >= 100 || index === 0 ? Math.round(value) : value.toFixed(1)} ${units[index]}`;
}

export const number = count => count.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-US');
