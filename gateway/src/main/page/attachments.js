// Files into text: what a person picks, drops or pastes. Only text; a picture says so.

/** Reads files into attachments. Gives those that can be sent and, for the others, the name and why not. */
export async function readFiles(files, { count, countMax, charsLeft }) {
  const read = [];
  const refused = [];
  let left = charsLeft;
  for (const file of files) {
    if (count + read.length >= countMax) {
      refused.push({ name: file.name, why: 'attachmentsTooMany' });
      continue;
    }
    const text = await textOf(file, left);
    if (text === null) refused.push({ name: file.name, why: 'attachmentNotText' });
    else if (text.length > left) refused.push({ name: file.name, why: 'attachmentTooLong' });
    else if (!text.trim()) refused.push({ name: file.name, why: 'attachmentEmpty' });
    else {
      left -= text.length;
      read.push({ name: (file.name || 'text.txt').slice(0, 200), mediaType: (file.type || 'text/plain').slice(0, 100), text });
    }
  }
  return { read, refused };
}

/** The text of a file, or null if it is none. A file that is far too long is not read. */
async function textOf(file, charsLeft) {
  if (file.size > 4 * charsLeft + 4) return 'x'.repeat(charsLeft + 1);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
