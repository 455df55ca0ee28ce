// How many clicks it takes: the first namespace in three, a decision in two.
import { unused } from './demo.js';
import { expect, test } from './berth.js';
import { state } from './desk.js';

// Clicks, counted.
function hand() {
  const hand = { clicks: 0 };
  hand.click = async (control) => {
    hand.clicks += 1;
    await control.click();
  };
  return hand;
}

test('the first namespace takes three clicks from Home', async ({ as }) => {
  const page = await as('developer');
  const fingers = hand();
  await page.goto('/');
  await fingers.click(page.getByRole('link', { name: 'New namespace', exact: true }));
  await fingers.click(page.getByLabel('Name', { exact: true }));
  await page.keyboard.type(unused('clicks'));
  // What is not typed is chosen already.
  await page.getByLabel('Purpose').focus();
  await page.keyboard.type('Three clicks');
  await fingers.click(page.getByRole('button', { name: 'Submit request' }));
  await expect(page).toHaveURL(/\/requests\/\d+$/);
  const number = new URL(page.url()).pathname.split('/').pop();
  await expect(page.getByRole('status').filter({ hasText: `REQ-${number}` })).toBeVisible();
  expect(fingers.clicks).toBeLessThanOrEqual(3);
});

test('a request that fits is approved in two clicks from the queue', async ({ as, api }) => {
  const { number, name } = await (await api('developer')).ask({ class: 'standard' });
  const page = await as('owner');
  await page.goto('/requests?queue=to_decide');
  const row = page.getByRole('row').filter({ hasText: `REQ-${number} ` });
  await expect(row.getByText('Fits')).toBeVisible();
  await row.getByRole('link', { name: `New namespace ${name}` }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: `REQ-${number}` })).toBeVisible();
  await expect(state(page)).not.toHaveText('In review');
});

test('keys lead to the decision and press nothing', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask({ class: 'standard' });
  const page = await as('owner');
  await page.goto(`/requests/${number}`);
  await expect(page.getByRole('button', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('a');
  await expect(page.getByRole('button', { name: 'Approve', exact: true })).toBeFocused();
  await page.keyboard.press('r');
  await expect(page.getByRole('button', { name: 'Reject', exact: true })).toBeFocused();
  await page.keyboard.press('e');
  await expect(page.getByLabel('CPU you grant')).toBeFocused();
  await expect(state(page)).toHaveText('In review');
});
