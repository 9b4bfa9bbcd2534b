// Where the time of a question went: a bar for each part, in the order of the way.
import { html, nothing, svg } from 'lit';
import { duration, number, t } from './texts.js';

const WIDTH = 1000;
const HEIGHT = 10;
/** So that a part of almost nothing is still seen. */
const WIDTH_MIN = 3;

const millis = value => (Math.abs(value) < 10 ? `${value.toFixed(Math.abs(value) < 1 ? 2 : 1)} ${t('ms')}` : duration(value));

/** @param trace as the gateway gives it: parts with layer, name and milliseconds, the whole and what no part explains */
export function traceBars({ parts, page, measuredMillis, unexplainedMillis }) {
  const sum = parts.reduce((total, part) => total + part.millis, 0);
  if (!(sum > 0)) return nothing;
  let before = 0;
  const rows = parts.map(part => {
    const x = (before / sum) * WIDTH;
    before += part.millis;
    return part.millis > 0 ? row(part, x, Math.max(WIDTH_MIN, (part.millis / sum) * WIDTH)) : nothing;
  });
  const percent = (100 * unexplainedMillis) / measuredMillis;
  return html`<table class="hops"><caption class="visually-hidden">${t('debugTrace')}</caption><tbody>${rows}</tbody>
    <tfoot><tr><th scope="row" colspan="2">${t('sum')}</th><td colspan="2">${millis(sum)}</td></tr>
    <tr><th scope="row" colspan="2">${t(page ? 'pageTotal' : 'gatewayTotal')}</th><td colspan="2">${millis(measuredMillis)}</td></tr>
    <tr data-unexplained=${percent.toFixed(2)}><th scope="row" colspan="2">${t('unexplained')}</th><td colspan="2">${millis(unexplainedMillis)}
      <small>${percent.toFixed(1)} %</small></td></tr></tfoot></table>`;
}

function row({ layer, name, millis: value }, x, width) {
  return html`<tr class=${layer} data-part="${layer} ${name}"><th scope="row">${t(layer)}</th><td>${t(`part_${name}`)}</td>
    <td class="track"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect x=${Math.min(x, WIDTH - width)} width=${width} height=${HEIGHT}></rect>`}</svg></td>
    <td>${millis(value)}</td></tr>`;
}

/** Rows of name and value about what the page saw. */
export function pageFacts(page) {
  const facts = { pageAck: page.ackMillis, pageFirst: page.firstMillis, pageFirstPaint: page.firstPaintMillis, pageLast: page.lastMillis };
  return Object.entries(facts).map(([name, value]) => [t(name), value >= 0 ? duration(value) : '–']);
}

/** Rows of name and value about the tokens of a trace. */
export function traceFacts({ computedTokens, reusedTokens, tokensPerSecond }) {
  return [
    ...(computedTokens >= 0 ? [[t('prefillTokens'), t('prefillTokensValue', { computed: number(computedTokens), reused: number(Math.max(0, reusedTokens)) })]] : []),
    ...(tokensPerSecond > 0 ? [[t('decodeRate'), t('statsRate', { rate: tokensPerSecond.toFixed(1) })]] : []),
  ];
}
