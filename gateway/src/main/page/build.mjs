// Builds the page into target/classes/web: npm ci if node_modules does not fit the lock file, then esbuild.
// Writes files.json, the list of what may be served with a hash of each. Does nothing if no input changed.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = dirname(fileURLToPath(import.meta.url));
const module = join(page, '../../..');
const out = join(module, 'target/classes/web');
const stamp = join(module, 'target/page.stamp');
const modulesStamp = join(module, 'node_modules/.lock-hash');

const hash = (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest('hex').slice(0, 16);
const read = path => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap(entry => (entry.isDirectory() ? filesBelow(join(directory, entry.name)) : [join(directory, entry.name)]))
    .sort();
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`The page needs Node 20 or newer; this is ${process.version}.`);
  process.exit(1);
}

const lock = hash(readFileSync(join(module, 'package-lock.json')));
const inputs = hash(lock, ...filesBelow(page).flatMap(file => [relative(page, file), readFileSync(file)]));
if (read(stamp) === inputs && existsSync(join(out, 'files.json'))) {
  process.exit(0);
}

if (read(modulesStamp) !== lock) {
  console.log('page: fetching libraries (npm ci)');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: module, stdio: 'inherit', shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error('page: npm ci failed. It needs npm and, this once, the network; behind a mirror set npm config registry.');
    process.exit(1);
  }
  writeFileSync(modulesStamp, lock);
}

const [en, zh] = await Promise.all(['en', 'zh'].map(name => import(`./texts/${name}.js`)));
const differing = differences(en.default, zh.default);
if (differing.length) {
  console.error(`page: the texts of the two languages do not fit each other: ${differing.join(', ')}`);
  process.exit(1);
}

const { build } = await import('esbuild');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const result = await build({
  absWorkingDir: module,
  entryPoints: {
    app: join(page, 'app.js'), theme: join(page, 'theme.js'), style: join(page, 'style/index.css'), math: join(page, 'style/math.css'),
  },
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['es2022'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  loader: { '.woff2': 'file' },
  plugins: [{ name: 'katex-fonts', setup: build => build.onLoad({ filter: /katex\.min\.css$/ }, modernFonts) }],
  logLevel: 'warning',
});

const asset = source =>
  Object.entries(result.metafile.outputs)
    .find(([, output]) => output.entryPoint === relative(module, join(page, source)))[0]
    .replace(/^.*\/web\//, '');
const index = readFileSync(join(page, 'index.html'), 'utf8')
  .replace('{{script}}', asset('app.js'))
  .replace('{{theme}}', asset('theme.js'))
  .replace('{{style}}', asset('style/index.css'))
  .replace('{{math}}', asset('style/math.css'));
writeFileSync(join(out, 'index.html'), index);
writeFileSync(join(out, 'icon.svg'), readFileSync(join(page, 'icon.svg')));
writeFileSync(join(out, 'licenses.txt'), licences());

const list = Object.fromEntries(
  filesBelow(out).map(file => [relative(out, file).replaceAll('\\', '/'), hash(readFileSync(file))]),
);
writeFileSync(join(out, 'files.json'), JSON.stringify(list, null, 1));
writeFileSync(stamp, inputs);

/** Texts that one language lacks, or whose {places} are others; on the page they would be foreign or have holes. */
function differences(one, other, path = '') {
  if (typeof one === 'string' && typeof other === 'string') {
    const places = text => (text.match(/\{\w+\}/g) ?? []).sort().join();
    return places(one) === places(other) ? [] : [path];
  }
  if (typeof one !== 'object' || typeof other !== 'object') return [path];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .flatMap(key => differences(one[key], other[key], path ? `${path}.${key}` : key));
}

/** Every browser that runs this page reads woff2; the older forms of the same fonts stay out. */
function modernFonts({ path }) {
  return { contents: read(path).replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, ''), loader: 'css' };
}

/** The licences of the libraries in the bundle, as they ask for. */
function licences() {
  const names = Object.keys(JSON.parse(read(join(module, 'package.json'))).dependencies);
  return [...names, '@lit/reactive-element', 'lit-element', 'lit-html']
    .map(name => {
      const directory = join(module, 'node_modules', name);
      const text = readdirSync(directory).find(file => /^licen[cs]e/i.test(file));
      const version = JSON.parse(read(join(directory, 'package.json'))).version;
      return `${name} ${version}\n\n${text ? read(join(directory, text)) : ''}`;
    })
    .join('\n\n' + '-'.repeat(80) + '\n\n');
}
