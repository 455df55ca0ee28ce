// The pictures of the README and of the first days: made in target/pictures, and copied to docs/images from there.
import { mkdir, writeFile } from 'node:fs/promises';
import { Api } from './api.js';
import { expect, test } from './berth.js';
import { CLUSTER, target } from './demo.js';
import { fillAsk } from './desk.js';

const DESK = { width: 1200, height: 780 };
const PHONE = { width: 390, height: 760 };
const HEAVIEST = 60_000;

const PICTURES = {
  home: { role: 'owner', path: '/' },
  ask: { role: 'developer', path: '/namespaces/new', then: ask },
  review: { role: 'owner', path: review },
  namespace: { role: 'developer', path: `/namespaces/${CLUSTER}/payments-dev` },
  class: { role: 'platform', path: '/admin/classes/production/draft' },
  phone: { role: 'developer', path: `/namespaces/${CLUSTER}/payments-dev`, viewport: PHONE, colorScheme: 'dark' },
};

for (const [name, { role, path, then, viewport = DESK, colorScheme = 'light' }] of Object.entries(PICTURES)) {
  test(`${name} makes a small picture`, async ({ as }) => {
    const page = await as(role, { viewport, colorScheme });
    await page.goto(typeof path === 'function' ? await path() : path);
    await then?.(page);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    const picture = await webp(page);
    expect(picture.length).toBeLessThan(HEAVIEST);
    await mkdir(target('pictures'), { recursive: true });
    await writeFile(target(`pictures/${name}.webp`), picture);
  });
}

async function ask(page) {
  await fillAsk(page, { name: 'harbour', size: 'M', purpose: 'Reconciling the payments of the harbour region' });
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page).toHaveURL(/check=1/);
}

async function review() {
  const { items } = await (await Api.as('platform')).get('requests?text=payments-staging&kind=new_namespace');
  return `/requests/${items.find(({ name }) => name === 'payments-staging').number}`;
}

// Playwright itself writes none.
async function webp(page) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  return Buffer.from(data, 'base64');
}
