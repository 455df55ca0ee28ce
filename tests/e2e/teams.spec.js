// Teams as Platform makes and changes them, and what their limits do.
import { unused } from './demo.js';
import { expect, test } from './berth.js';
import { fillAsk, note, panel, verdict } from './desk.js';

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a team is made, bound to groups, changed and archived, ${how}`, async ({ as }) => {
    const slug = unused('harbour');
    const page = await as('platform', { javaScriptEnabled });
    await page.goto('/teams');
    await page.getByRole('link', { name: 'New team' }).click();
    await page.getByLabel('Short name').fill('Not a name');
    await page.getByLabel('Name', { exact: true }).fill('Harbour masters');
    await page.getByLabel('Groups of owners').fill('harbour-owners');
    await page.getByRole('button', { name: 'Create team' }).click();
    await expect(page.getByRole('alert').getByRole('link')).toHaveCount(1);
    await expect(page.getByLabel('Short name')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Groups of owners')).toHaveValue('harbour-owners');
    await page.getByLabel('Short name').fill(slug);
    await page.getByRole('button', { name: 'Create team' }).click();
    await expect(page).toHaveURL(`/teams/${slug}`);
    await expect(panel(page, 'Groups').getByRole('row').filter({ hasText: 'harbour-owners' })).toContainText('owner');

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Groups of viewers').fill('harbour-visitors');
    await page.getByLabel('Namespaces', { exact: true }).fill('3');
    await page.getByLabel('CPU', { exact: true }).fill('16');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(panel(page, 'Groups').getByRole('row').filter({ hasText: 'harbour-visitors' })).toContainText('viewer');
    await expect(panel(page, 'Granted')).toContainText('0 of 3');

    await page.getByRole('button', { name: 'Archive' }).click();
    await expect(note(page, 'archived')).toBeVisible();
    await page.goto(`/teams?text=${slug}`);
    await expect(note(page, 'no-match')).toBeVisible();
    await page.getByRole('link', { name: 'Show archived' }).click();
    await expect(page.getByRole('link', { name: 'Harbour masters' })).toBeVisible();
  });
}

test('who changes a team that somebody else has changed meanwhile is told, and overwrites nothing', async ({ as }) => {
  const slug = unused('harbour');
  const first = await as('platform');
  await first.goto('/admin/teams/new');
  await first.getByLabel('Short name').fill(slug);
  await first.getByLabel('Name', { exact: true }).fill('Harbour masters');
  await first.getByRole('button', { name: 'Create team' }).click();
  const second = await as('platform', { javaScriptEnabled: false });
  for (const page of [first, second]) await page.goto(`/teams/${slug}/edit`);
  for (const [page, title] of [[first, 'Pilots'], [second, 'Tugs']]) {
    await page.getByLabel('Name', { exact: true }).fill(title);
    await page.getByRole('button', { name: 'Save' }).click();
  }
  await expect(first.getByRole('heading', { level: 1 })).toHaveText('Pilots');
  await expect(note(second, 'not-saved')).toBeVisible();
  await expect(second.getByLabel('Name', { exact: true })).toHaveValue('Tugs');
  await second.getByRole('link', { name: 'Read it again' }).click();
  await expect(second.getByLabel('Name', { exact: true })).toHaveValue('Pilots');
  await first.getByRole('button', { name: 'Archive' }).click();
});

test('a team that has reached its limit reads so before it asks', async ({ as, api }) => {
  const platform = await api('platform');
  const { limits, ...orders } = (await platform.get('setup')).teams.find((team) => team.slug === 'orders');
  const { n_namespaces } = await platform.get('teams/orders');
  await platform.put('teams/orders', { ...orders, limits: { namespaces: n_namespaces } });
  try {
    const stranger = await as('stranger');
    await stranger.goto('/namespaces/new');
    await fillAsk(stranger, { className: 'Sandbox', name: unused('more'), size: 'S', purpose: 'One too many' });
    await expect(verdict(stranger, 'refused')).toContainText(/\bOrders\b.*\blimit\b/);
    await stranger.getByRole('button', { name: 'Submit request' }).click();
    await expect(stranger.getByRole('main')).toContainText(/\bOrders\b.*\blimit\b/);
    await expect(stranger).toHaveURL(/\/namespaces\/new\?form_token=\w+$/);
  } finally {
    await platform.put('teams/orders', { ...orders, limits });
  }
});

test('a membership gives one person a role until a date, and ends by hand', async ({ as }) => {
  const platform = await as('platform');
  await platform.goto('/teams/orders');
  const memberships = panel(platform, 'Memberships');
  await memberships.getByLabel('E-mail address').fill('auditor@berth.test');
  await memberships.getByLabel('Role').selectOption('viewer');
  await memberships.getByLabel('Last day').fill('soon');
  await memberships.getByLabel('Why').fill('Looks at the books');
  await memberships.getByRole('button', { name: 'Assign role' }).click();
  await expect(platform.getByRole('alert')).toBeVisible();
  await expect(memberships.getByLabel('Why')).toHaveValue('Looks at the books');
  await memberships.getByLabel('Last day').fill(inDays(30));
  await memberships.getByRole('button', { name: 'Assign role' }).click();
  await expect(memberships.getByRole('row').filter({ hasText: 'Looks at the books' })).toContainText('viewer');
  await memberships.getByRole('button', { name: 'End the membership of Auditor' }).click();
  await expect(memberships.getByRole('row').filter({ hasText: 'Looks at the books' })).toHaveCount(0);
});

function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
