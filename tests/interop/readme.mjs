// Writes the part of README.md that tells which SDKs run, in which version, and what each test
// does: from package.json and the tests themselves. `--check` only compares.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const read = (name) => readFileSync(path.join(here, name), 'utf8');
const BEGIN = '<!-- made by readme.mjs -->';
const END = '<!-- end -->';
const COLUMNS = ['authorise', 'sign', 'create', 'stock', 'price', 'orders', 'label', 'webhook'];
const CHANNELS = {
  lazada: 'Lazada',
  shopee: 'Shopee',
  tokopedia: 'Tokopedia & Shop',
  woocommerce: 'WooCommerce',
};
const FAULT = 'fault of the SDK: ';

// "@congminh1254/shopee-sdk" is tested in congminh1254-shopee-sdk.test.mjs; the official client
// goes by its own name.
const fileOf = (name) =>
  `${name.replace('@woocommerce/', '').replace('@', '').replace('/', '-')}.test.mjs`;

function titles(source) {
  const found = [...source.matchAll(/^ *test\((['"`])(.+)\1, async/gm)].map((match) => match[2]);
  assert.equal(found.length, source.match(/^ *test\(/gm)?.length ?? 0, 'a test without a plain title');
  return found;
}

const { dependencies } = JSON.parse(read('package.json'));
const { packages } = JSON.parse(read('package-lock.json'));
const cmake = read('CMakeLists.txt');

const sdks = Object.entries(dependencies).map(([name, version]) => {
  assert.match(version, /^\d/, `${name} is not pinned`);
  assert.equal(packages[`node_modules/${name}`].version, version, `${name}: run npm install`);
  const file = fileOf(name);
  assert.ok(existsSync(path.join(here, file)), `${name} has no ${file}`);
  assert.match(cmake, new RegExp(`^  ${file.replace('.test.mjs', '')}\\b`, 'm'), `${file} is not run`);
  const source = read(file);
  const all = source + (source.includes('./web_shop.mjs') ? read('web_shop.mjs') : '');
  return {
    name,
    version,
    file,
    channel: CHANNELS[/await open\('(\w+)'/.exec(all)[1]],
    about: source.split('\n')[0].replace(/^\/\/ [^:]*: (.)/, (_, first) => first.toUpperCase()),
    tests: titles(all),
  };
});
for (const [name, entry] of Object.entries(packages))
  assert.equal(entry.resolved, undefined, `${name}: the lockfile names a host`);

const lines = [];
lines.push(`| SDK | version | channel | ${COLUMNS.join(' | ')} | faults |`);
lines.push(`| --- | --- | --- | ${COLUMNS.map(() => '---').join(' | ')} | --- |`);
for (const sdk of sdks) {
  const good = sdk.tests.filter((title) => !title.startsWith(FAULT));
  const does = COLUMNS.map((word) =>
    good.some((title) => new RegExp(`^[^:]*\\b${word}\\b`).test(title)) ? 'x' : '',
  );
  const faults = sdk.tests.length - good.length;
  lines.push(
    `| [${sdk.name}](${sdk.file}) | ${sdk.version} | ${sdk.channel} | ${does.join(' | ')} | ${faults || ''} |`,
  );
}
for (const sdk of sdks) {
  lines.push('', `### ${sdk.name} ${sdk.version}`, '', `${sdk.about}`, '');
  for (const title of sdk.tests)
    lines.push(title.startsWith(FAULT) ? `* **fault:** ${title.slice(FAULT.length)}` : `* ${title}`);
}

const readme = read('README.md');
const [before, rest] = readme.split(BEGIN);
const after = rest.split(END)[1];
const wanted = `${before}${BEGIN}\n${lines.join('\n')}\n${END}${after}`;
if (process.argv.includes('--check')) {
  assert.equal(readme, wanted, 'README.md is old: node tests/interop/readme.mjs');
  console.log(`README.md is up to date: ${sdks.length} SDKs, ${sdks.reduce((n, s) => n + s.tests.length, 0)} tests`);
} else {
  writeFileSync(path.join(here, 'README.md'), wanted);
}
