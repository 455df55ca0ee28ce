// Access tokens: made in the browser, used by programs, ended in the browser.
import { request } from '@playwright/test';
import { CLUSTER, demo, unused } from './demo.js';
import { expect, test } from './berth.js';

test('a token is shown once, lets a program in, and ends when it is revoked', async ({ as }) => {
  const name = unused('pipeline');
  const page = await as('developer', { permissions: ['clipboard-read', 'clipboard-write'] });
  await makeToken(page, { name, may: 'read and write' });
  const secret = await page.locator('.secret code').innerText();
  expect(secret).toMatch(/^berth_\S{20,}$/);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);

  await page.goto('/me');
  await expect(page.getByRole('main')).toContainText(name);
  await expect(page.getByRole('main')).not.toContainText(secret);

  const program = await programWith(secret);
  expect((await program.get('/api/v1/me')).status()).toBe(200);
  await page.getByRole('button', { name: `Revoke ${name}` }).click();
  await expect(page.getByRole('button', { name: `Revoke ${name}` })).toHaveCount(0);
  const refused = await program.get('/api/v1/me');
  expect(refused.status()).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'token_invalid' });
  await program.dispose();
});

test('a token that may only read changes nothing', async ({ as }) => {
  const name = unused('reader');
  const page = await as('developer', { javaScriptEnabled: false });
  await makeToken(page, { name, may: 'read' });
  const program = await programWith(await page.locator('.secret code').innerText());
  const ask = {
    kind: 'new_namespace',
    team: 'payments',
    cluster: CLUSTER,
    class: 'standard',
    name: `payments-${unused('never')}`,
    size: 'S',
    purpose: 'Never made',
  };
  const refused = await program.post('/api/v1/requests', { data: ask });
  expect(refused.status()).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'read_only_token' });
  await program.dispose();
  await page.getByRole('button', { name: `Revoke ${name}` }).click();
});

test('a token needs a name and an end', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/me');
  await page.getByLabel('Expires after days').fill('1000');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expect(page.getByLabel('Expires after days')).toHaveValue('1000');
});

async function makeToken(page, { name, may }) {
  await page.goto('/me');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('May', { exact: true }).selectOption(may);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.locator('[data-note="new-token"]')).toContainText(name);
}

function programWith(token) {
  return request.newContext({ baseURL: demo.url, extraHTTPHeaders: { authorization: `Bearer ${token}` } });
}
