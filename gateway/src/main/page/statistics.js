// The figures of an answer, in words.
import { duration, number, t } from './texts.js';

/** Tokens per second of decoding: as the server measured, or reckoned here; the first token belongs to the wait before it. */
export function rate({ tokensPerSecond, completionTokens, totalMillis, firstTokenMillis }) {
  if (tokensPerSecond > 0) return tokensPerSecond;
  const seconds = (totalMillis - firstTokenMillis) / 1000;
  return completionTokens > 1 && firstTokenMillis >= 0 && seconds > 0.01 ? (completionTokens - 1) / seconds : null;
}

export function statistics(turn) {
  const { completionTokens, firstTokenMillis } = turn.statistics;
  const speed = rate(turn.statistics);
  return [
    turn.model,
    completionTokens > 0 ? t(completionTokens === 1 ? 'statsToken' : 'statsTokens', { tokens: number(completionTokens) }) : '',
    speed ? t('statsRate', { rate: speed < 10 ? speed.toFixed(1) : Math.round(speed) }) : '',
    firstTokenMillis >= 0 ? t('statsFirst', { time: duration(firstTokenMillis) }) : '',
  ].filter(Boolean).join(' · ');
}

/** How much of the context a conversation uses, or null where that is not known. */
export function contextUse(messages) {
  const { contextTokens = -1, contextTokensMax = -1 } = messages.findLast(message => message.turn?.statistics.contextTokens > 0)?.turn.statistics ?? {};
  return contextTokens > 0 && contextTokensMax > 0
    ? { used: contextTokens, max: contextTokensMax, share: Math.min(1, contextTokens / contextTokensMax) }
    : null;
}
