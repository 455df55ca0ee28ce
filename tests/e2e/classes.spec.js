// A class from its first draft to the namespaces that follow its next version.
import { CLUSTER, kubectl, unused } from './demo.js';
import { expect, test } from './berth.js';
import { note, panel, row } from './desk.js';

test('a class is drafted, looked at, published, changed, and its namespaces follow', async ({ as, api }) => {
  const name = unused('trial');
  const page = await as('platform');
  await page.goto('/admin/classes');
  await page.getByRole('link', { name: 'New class' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Start from').selectOption('a copy of sandbox');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await page.getByLabel('Title').fill('');
  await page.getByRole('button', { name: 'Save and preview' }).click();
  await expect(note(page, 'unpublishable')).toBeVisible();
  await page.getByRole('link', { name: 'Edit draft' }).click();
  await page.getByLabel('Title').fill('On trial');
  await page.getByRole('button', { name: 'Remove Size 2' }).click();
  await page.getByRole('button', { name: 'Save and preview' }).click();
  await expect(note(page, 'unpublishable')).toHaveCount(0);
  await expect(panel(page, 'Objects on the cluster').locator('details')).toBeVisible();
  await page.getByLabel('Release note').fill('A first try');
  await page.getByRole('button', { name: 'Publish version 1' }).click();
  await expect(panel(page, 'Versions')).toContainText('A first try');

  const developer = await api('developer');
  const namespace = await developer.ready({ class: name, quota: { cpu_m: 250, memory_bytes: 2 ** 28, storage_bytes: 2 ** 30, pods: 2 } });

  await page.getByRole('link', { name: 'Draft a new version' }).click();
  await page.getByLabel('Maximum CPU per container').fill('500m');
  await page.getByLabel('Lifetime in days').fill('10');
  await page.getByRole('button', { name: 'Save and preview' }).click();
  await expect(panel(page, 'Changes to the class')).toContainText('10');
  await expect(panel(page, 'Objects on the cluster')).toContainText('500m');
  await page.getByRole('button', { name: 'Publish version 2' }).click();
  await expect(note(page, 'older-versions')).toBeVisible();

  await page.getByRole('link', { name: 'Preview the move' }).click();
  await expect(page.getByRole('checkbox', { name: `${CLUSTER}/${namespace}` })).toBeChecked();
  await page.getByRole('button', { name: 'Move the chosen to version 2' }).click();
  await expect(note(page, 'older-versions')).toHaveCount(0);
  await expect.poll(() => limits(namespace), { timeout: 30_000 }).toContain('500m');

  await page.getByLabel('Reason, and what to use instead').fill('The trial is over: use sandbox');
  await page.getByRole('button', { name: 'Retire' }).click();
  await expect(note(page, 'retired')).toBeVisible();
  await page.goto('/admin/classes');
  await expect(row(page, name)).toContainText('Retired');
});

test('a draft is written without script, row by row', async ({ as }) => {
  const name = unused('draft');
  const page = await as('platform', { javaScriptEnabled: false });
  await page.goto('/admin/classes/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create draft' }).click();
  await page.getByLabel('Title').fill('Kept while rows come and go');
  await page.getByRole('button', { name: 'Add a size' }).click();
  await page.getByLabel('Size 1: name').fill('S');
  await page.getByLabel('Size 1: CPU').fill('lots');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Size 1: CPU')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Title')).toHaveValue('Kept while rows come and go');
  await page.getByLabel('Size 1: CPU').fill('1');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page).toHaveURL(`/admin/classes/${name}`);
  await page.getByRole('link', { name: 'Continue draft' }).click();
  await expect(page.getByLabel('Size 1: name')).toHaveValue('S');
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await expect(page).toHaveURL('/admin/classes');
  await expect(row(page, name)).toHaveCount(0);
});

// What the namespace bounds containers by, on the cluster.
function limits(namespace) {
  return kubectl('get', 'limitrange', '-n', namespace, '-o', 'json');
}
