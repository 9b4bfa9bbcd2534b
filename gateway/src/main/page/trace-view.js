// Where the time of a question went: a bar for each hop, in the order of the way.
import { html, nothing, svg } from 'lit';
import { duration, number, t } from './texts.js';

const WIDTH = 1000;
const HEIGHT = 10;
/** So that a part of almost nothing is still seen. */
const WIDTH_MIN = 3;

const millis = value => (value < 10 ? `${value.toFixed(value < 1 ? 2 : 1)} ms` : duration(value));

/**
 * @param trace parts with layer, name and milliseconds, as the layers measured them
 * @param socketMillis of the way between gateway and page, or -1 if this page did not ask
 * @param pageMillis what the page measured of the whole, or -1
 */
export function traceBars(trace, socketMillis, pageMillis) {
  const parts = [...(socketMillis >= 0 ? [{ layer: 'page', name: 'socket', millis: socketMillis }] : []), ...trace.parts];
  const sum = parts.reduce((total, part) => total + part.millis, 0);
  if (!(sum > 0)) return nothing;
  let before = 0;
  const rows = parts.map(part => {
    const x = (before / sum) * WIDTH;
    before += part.millis;
    return part.millis > 0 ? row(part, x, Math.max(WIDTH_MIN, (part.millis / sum) * WIDTH)) : nothing;
  });
  return html`<table class="hops"><caption class="visually-hidden">${t('debugTrace')}</caption><tbody>${rows}</tbody>
    <tfoot><tr><th scope="row" colspan="2">${t('sum')}</th><td colspan="2">${millis(sum)}</td></tr>
    ${pageMillis >= 0 ? html`<tr><th scope="row" colspan="2">${t('pageTotal')}</th><td colspan="2">${millis(pageMillis)}
      <small>${t('unaccounted', { percent: ((100 * (pageMillis - sum)) / pageMillis).toFixed(1) })}</small></td></tr>` : nothing}</tfoot></table>`;
}

function row({ layer, name, millis: value }, x, width) {
  return html`<tr class=${layer} data-part="${layer} ${name}"><th scope="row">${t(layer)}</th><td>${t(`part_${name}`)}</td>
    <td class="track"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect x=${Math.min(x, WIDTH - width)} width=${width} height=${HEIGHT}></rect>`}</svg></td>
    <td>${millis(value)}</td></tr>`;
}

/** Rows of name and value about the tokens of a trace. */
export function traceFacts({ computedTokens, reusedTokens, tokensPerSecond }) {
  return [
    ...(computedTokens >= 0 ? [[t('prefillTokens'), t('prefillTokensValue', { computed: number(computedTokens), reused: number(Math.max(0, reusedTokens)) })]] : []),
    ...(tokensPerSecond > 0 ? [[t('decodeRate'), t('statsRate', { rate: tokensPerSecond.toFixed(1) })]] : []),
  ];
}
