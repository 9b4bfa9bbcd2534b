// Conversations into a file and back, in the parts that the gateway takes.
import { save } from './clipboard.js';
import { newKey } from './storage.js';
import { t } from './texts.js';

export async function exportSession(store, sessionKey, format) {
  let file = null;
  const parts = [];
  for (let offset = 0; !file || offset; offset = file.nextOffset) {
    file = await store.wish('sessions.export', { sessionKey, format, offset });
    if (!file) return;
    parts.push(file.text);
  }
  save(file.fileName, file.mediaType, parts.join(''));
}

/** Gives the keys of the new sessions, or undefined if the file was refused; then the store says why. */
export async function importFile(store, file) {
  const { importCharsMax = 0, importPartCharsMax = 200_000 } = store.welcome?.limits ?? {};
  const text = file.size > 4 * importCharsMax ? null : await file.text();
  if (text === null || text.length > importCharsMax) {
    store.say(t('importTooLong', { name: file.name }));
    return undefined;
  }
  const importKey = newKey();
  let done = null;
  const pieces = split(text, importPartCharsMax);
  for (const [part, piece] of pieces.entries()) {
    done = await store.wish('sessions.import', { importKey, part, last: part === pieces.length - 1, text: piece });
    if (!done) return undefined;
  }
  return done?.sessionKeys;
}

/** Pieces of at most so many characters, none of which ends within a surrogate pair. */
export function split(text, charsMax) {
  const pieces = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + charsMax);
    if (to < text.length && /[\uD800-\uDBFF]/.test(text[to - 1])) to--;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
