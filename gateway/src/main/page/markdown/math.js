// Formulas. KaTeX and its style come when the first one is met; its fonts when it uses them.
const DELIMITERS = /^(\$\$?|\\[([])|(\$\$?|\\[)\]])$/g;

let loading = null;

function load() {
  loading ??= Promise.all([import('katex'), style()]).then(([{ default: katex }]) => katex);
  loading.catch(() => (loading = null));
  return loading;
}

function style() {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = document.querySelector('meta[name=math-style]').content;
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = reject;
    document.head.append(link);
  });
}

/** Draws the formula whose source a node holds; one that cannot be drawn stays as it was written. */
export async function draw(node) {
  const written = node.textContent;
  const tex = written.replace(DELIMITERS, '');
  node.title = tex;
  const katex = await load().catch(() => null);
  if (!katex || !node.isConnected) return;
  try {
    // As nodes and not as text, since the Content-Security-Policy refuses style attributes in markup.
    katex.render(tex, node, {
      displayMode: node.classList.contains('display'), throwOnError: true, strict: 'ignore', trust: false,
      maxSize: 40, maxExpand: 500,
    });
  } catch {
    node.textContent = written;
    node.classList.add('broken');
  }
}
