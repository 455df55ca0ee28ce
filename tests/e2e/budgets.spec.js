// What a first visit may weigh, as it is served.
import { get } from 'node:http';
import { test, expect } from './berth.js';
import { demo } from './demo.js';

const KB = 1000;

test('style, program and fonts are within their budgets', async () => {
  const page = (await load('/')).body.toString();
  const assets = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  const styles = unique(assets, '.css');
  const program = [...unique(assets, '.js'), ...unique(assets, '.wasm')];
  expect(styles).toHaveLength(1);
  expect(program).toHaveLength(3);
  const style = (await load(styles[0])).body.toString();
  const fonts = [...style.matchAll(/url\("?([^")]+\.woff2)/g)].map(([, path]) => new URL(path, `${demo.url}${styles[0]}`).pathname);
  expect(fonts).toHaveLength(2);

  for (const path of [...styles, ...program]) expect((await load(path, 'br')).encoding, path).toBe('br');
  expect(await weight(styles)).toBeLessThanOrEqual(30 * KB);
  expect(await weight(fonts)).toBeLessThanOrEqual(90 * KB);
  expect(await weight(program)).toBeLessThanOrEqual(130 * KB);
});

function unique(paths, end) {
  return [...new Set(paths)].filter((path) => path.endsWith(end));
}

async function weight(paths) {
  const loaded = await Promise.all(paths.map((path) => load(path, 'br')));
  return loaded.reduce((sum, { body }) => sum + body.length, 0);
}

// The bytes on the wire: Playwright's own client would unpack them.
function load(path, encoding = 'identity') {
  return new Promise((resolve, reject) => {
    get(new URL(path, demo.url), { headers: { 'accept-encoding': encoding } }, async (response) => {
      const body = Buffer.concat(await response.toArray());
      if (response.statusCode === 200) resolve({ encoding: response.headers['content-encoding'], body });
      else reject(new Error(`${path} answered ${response.statusCode}`));
    }).on('error', reject);
  });
}
