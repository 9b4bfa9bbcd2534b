// Markdown to markup that may be shown: what a model writes is text, whatever it looks like.
import { Marked } from 'marked';
import DOMPurify from 'dompurify';

const INLINE_HTML = /^<\/?(br|sub|sup|kbd|b|i|u|mark)\s*\/?>$/i;
const INLINE_IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,/i;

const escape = text => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
/** As it was written, until it is drawn. */
const formula = (raw, display) => `<span class="math${display ? ' display' : ''}">${escape(raw.trim())}</span>`;

/** A formula that stands alone: $$...$$ or \[...\], over several lines or on one. */
const mathBlock = {
  name: 'mathBlock',
  level: 'block',
  start: src => src.match(/\n {0,3}(?:\$\$|\\\[)/)?.index,
  tokenizer(src) {
    const match = /^ {0,3}(?:\$\$(?:\\[^]|[^\\$])+?\$\$|\\\[[^]{1,5000}?\\\]) *(?:\n+|$)/.exec(src);
    return match ? { type: 'mathBlock', raw: match[0] } : undefined;
  },
  renderer: ({ raw }) => `<p>${formula(raw, true)}</p>`,
};

/** A formula in a line. A dollar before a space or after one is money. */
const mathInline = {
  name: 'mathInline',
  level: 'inline',
  start: src => src.match(/\$|\\[([]/)?.index,
  tokenizer(src) {
    const match =
      /^\$\$(?:\\.|[^\\$])+?\$\$/.exec(src) ??
      /^\\\[[^]{1,5000}?\\\]/.exec(src) ??
      /^\$(?![\s$])(?:\\.|[^\\$\n])*?(?:\\.|[^\\$\s])\$(?!\w)/.exec(src) ??
      /^\\\([^]{1,5000}?\\\)/.exec(src);
    return match ? { type: 'mathInline', raw: match[0], display: /^(\$\$|\\\[)/.test(src) } : undefined;
  },
  renderer: ({ raw, display }) => formula(raw, display),
};

const marked = new Marked({
  gfm: true,
  extensions: [mathBlock, mathInline],
  renderer: {
    // What the model writes as HTML is shown, not done.
    html: ({ text }) => (INLINE_HTML.test(text.trim()) ? text : escape(text)),
    // An address in an image would tell its server what is talked about: it is asked only by hand.
    image({ href, text }) {
      return INLINE_IMAGE.test(href)
        ? `<img src="${escape(href)}" alt="${escape(text)}">`
        : `<a class="image" href="${escape(href)}">${escape(text || href)}</a>`;
    },
    code: ({ text, lang }) =>
      `<pre data-lang="${escape((lang ?? '').split(/\s/)[0])}"><code>${escape(text)}</code></pre>`,
  },
});

const ALLOWED = {
  ALLOWED_TAGS: ['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'em',
    'strong', 'del', 'a', 'img', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'input', 'sub', 'sup', 'kbd', 'b', 'i', 'u',
    'mark', 'span'],
  ALLOWED_ATTR: ['href', 'src', 'alt', 'title', 'start', 'align', 'type', 'checked', 'disabled', 'data-lang', 'class'],
  ALLOW_DATA_ATTR: false,
  // The one Trusted Types policy that makes markup out of text; the Content-Security-Policy names it.
  RETURN_TRUSTED_TYPE: true,
};
DOMPurify.addHook('afterSanitizeAttributes', node => {
  if (node.tagName === 'A') {
    const href = node.getAttribute('href') ?? '';
    if (!/^(https?:|mailto:)/i.test(href)) node.removeAttribute('href');
    else if (!node.title) node.title = href;
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
  if (node.tagName === 'IMG' && !INLINE_IMAGE.test(node.getAttribute('src') ?? '')) node.remove();
  if (node.tagName === 'INPUT' && node.getAttribute('type') !== 'checkbox') node.remove();
});

export const lex = text => marked.lexer(text);

/** Tokens of one block to trusted markup. Links that are defined elsewhere come along as links. */
export function markup(tokens, links) {
  return sanitise(marked.parser(links ? Object.assign(tokens, { links }) : tokens));
}

export function sanitise(html) {
  return DOMPurify.sanitize(html, ALLOWED);
}
