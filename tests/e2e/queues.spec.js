// Queues of requests: what they show stands in their address.
import { expect, test } from './berth.js';
import { note } from './desk.js';

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a queue is narrowed by what stands in its address, ${how}`, async ({ as }) => {
    const page = await as('developer', { javaScriptEnabled });
    await page.goto('/requests?queue=all');
    await page.getByLabel('Name, reason or number').fill('launch');
    await page.getByLabel('State').selectOption('Rejected');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page).toHaveURL(/queue=all.*text=launch.*state=rejected/);
    const rows = page.locator('tbody tr');
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('payments-load');

    const set = page.getByRole('list', { name: 'Filters that are set' });
    await expect(set.getByRole('listitem')).toHaveCount(3);
    await set.getByRole('link', { name: /State/ }).click();
    await expect(page).not.toHaveURL(/state=/);
    await expect(page).toHaveURL(/text=launch/);
    await page.getByLabel('Name, reason or number').fill('no such thing');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(note(page, 'no-match')).toBeVisible();
    await set.getByRole('link', { name: 'Clear all' }).click();
    await expect(page).toHaveURL('/requests?queue=all');
    await expect(rows).not.toHaveCount(0);
  });
}
