// The catalog: what teams see of it, and a chart from its archive to the gallery.
import { gzipSync } from 'node:zlib';
import { CLUSTER, unused } from './demo.js';
import { expect, test } from './berth.js';
import { panel } from './desk.js';
import { look } from './look.js';

test('a developer finds what fits a namespace, with and without script', async ({ as }) => {
  for (const options of [{}, { javaScriptEnabled: false }]) {
    const page = await as('developer', options);
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Catalog' }).click();
    await expect(page.locator('[data-entry="postgresql"] [data-state="approved"]')).toBeVisible();
    await expect(page.locator('[data-fit]')).toHaveCount(0);
    await page.getByLabel('For namespace').selectOption(`${CLUSTER}/payments-dev`);
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.locator('[data-entry="postgresql"] [data-fit]')).toHaveAttribute('data-fit', /^(fits|short)$/);
    await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Data' }).click();
    await expect(page.locator('[data-entry="web-service"]')).toHaveCount(0);
    await page.getByRole('searchbox', { name: 'Search' }).fill('rows');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('link', { name: 'PostgreSQL' }).click();
    await expect(panel(page, 'Your namespaces').locator('[data-fit]').first()).toBeVisible();
    await expect(page.getByRole('link', { name: 'Curate' })).toHaveCount(0);
  }
});

test('an archive becomes a candidate, is approved, offered, ended and blocked', async ({ as }) => {
  const name = unused('tried');
  const page = await as('platform');
  await page.goto('/admin/catalog');
  await page.getByRole('link', { name: 'New entry' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create entry' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Title').fill('Tried out');
  await page.getByLabel('Summary').fill('One that a test made.');
  await page.getByLabel('Category').selectOption('service');
  await page.getByLabel('Owner').fill('Platform team');
  await page.getByLabel('Risk').selectOption('low');
  await page.getByRole('button', { name: 'Create entry' }).click();
  await expect(page).toHaveURL(`/admin/catalog/${name}`);

  await upload(page, 'nothing.tgz', Buffer.from('no archive at all'));
  await expect(page.locator('[data-state="refused"]')).toBeVisible();
  await page.goto(`/admin/catalog/${name}`);
  await upload(page, 'tried-1.0.0.tgz', archive('tried', '1.0.0'));
  await expect(page.locator('[data-state="taken_in"]')).toBeVisible();
  await page.getByRole('link', { name: 'Look at 1.0.0' }).click();
  await expect(page.locator('[data-finding="pod_security"]')).toContainText('privileged');
  await expect(page.locator('[data-list="gravity"]')).toBeVisible();
  await page.getByRole('button', { name: 'Approve 1.0.0' }).click();
  await expect(page.locator('[data-note="cannot-approve"]')).toBeVisible();

  const second = await as('second-platform');
  await second.goto(`/admin/catalog/${name}/versions/1.0.0`);
  await second.getByRole('button', { name: 'Approve 1.0.0' }).click();
  await expect(second.locator('[data-state="approved"]')).toBeVisible();
  await second.goto('/catalog');
  await expect(second.locator(`[data-entry="${name}"]`)).toBeVisible();

  await second.goto(`/admin/catalog/${name}/versions/1.0.0`);
  await second.getByText('Deprecate', { exact: true }).first().click();
  await second.getByLabel('Sunset').fill('2090-01-01');
  await second.getByLabel('Reason, and what to use instead').fill('Another is better');
  await second.getByRole('button', { name: 'Deprecate' }).click();
  await expect(second.getByRole('alert')).toBeVisible();
  const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await second.getByLabel('Sunset').fill(soon);
  await second.getByRole('button', { name: 'Deprecate' }).click();
  await expect(second.locator('[data-state="deprecated"]')).toBeVisible();
  await second.getByText('Block', { exact: true }).first().click();
  await second.getByLabel('Reason', { exact: true }).last().fill('A hole');
  await second.getByRole('button', { name: 'Block' }).click();
  await expect(second.locator('[data-state="blocked"]')).toBeVisible();
  await second.goto('/catalog');
  await expect(second.locator(`[data-entry="${name}"]`)).toHaveCount(0);
});

test('a source is looked at, and a chart of it becomes a candidate', async ({ as }) => {
  const name = unused('followed');
  const page = await as('platform');
  await page.goto('/admin/sources');
  await page.getByRole('link', { name: 'company-registry' }).click();
  await page.getByRole('button', { name: 'Look at it now' }).click();
  await expect(panel(page, 'Last look').locator('header [data-state="ok"]')).toBeVisible();
  await page.getByRole('link', { name: 'New entry from web-service' }).click();
  await expect(page.getByLabel('Versions come from')).toHaveValue('company-registry');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Title').fill('Followed');
  await page.getByLabel('Summary').fill('One that follows its source.');
  await page.getByLabel('Category').selectOption('service');
  await page.getByLabel('Owner').fill('Platform team');
  await page.getByLabel('Risk').selectOption('low');
  await page.getByRole('button', { name: 'Create entry' }).click();
  // What the source has appears by itself.
  const version = page.locator('[data-slot="available"] [data-version="1.0.0"]');
  await expect(version).toHaveAttribute('data-state', 'new');
  await version.getByRole('button', { name: 'Take in 1.0.0' }).click();
  await expect(page.locator('[data-state="taken_in"]')).toBeVisible();
  await page.getByRole('link', { name: 'Look at 1.0.0' }).click();
  await expect(page.getByRole('button', { name: 'Approve 1.0.0' })).toBeVisible();

  const developer = await as('developer');
  const answer = await developer.goto('/admin/sources');
  expect(answer.status()).toBe(404);
});

test('a curator makes the form of an entry, with and without script', async ({ as, api }) => {
  const platform = await api('platform');
  for (const options of [{}, { javaScriptEnabled: false }]) {
    const page = await as('platform', options);
    await page.goto('/admin/catalog/postgresql');
    await page.getByRole('link', { name: 'Form', exact: true }).click();
    const preview = page.getByRole('complementary', { name: 'Preview' });
    await expect(preview.locator('[data-value="auth.database"]')).toBeVisible();
    // As it is kept, and kept as it is.
    const before = await platform.get('curation/postgresql');
    await page.getByRole('button', { name: 'Save' }).last().click();
    await expect(page).toHaveURL('/admin/catalog/postgresql');
    expect((await platform.get('curation/postgresql')).version).toBe(before.version);
  }
});

test('a value is offered, described and imposed, and kept when it is saved', async ({ as, api }) => {
  const name = unused('formed');
  const platform = await api('platform');
  const spec = { title: 'Formed', summary: 'One that a test made.', category: 'service', owner: 'Platform team' };
  await platform.put(`curation/${name}`, { spec });
  const page = await as('platform');
  await page.goto(`/admin/catalog/${name}`);
  await upload(page, 'tried-1.0.0.tgz', archive('tried', '1.0.0', { 'values.yaml': 'size: 2\ntls:\n  enabled: false\n' }));
  await expect(page.locator('[data-state="taken_in"]')).toBeVisible();
  await page.goto(`/admin/catalog/${name}/form`);
  const preview = page.getByRole('complementary', { name: 'Preview' });
  await page.getByRole('button', { name: 'Hide the rest' }).click();
  await expect(preview.locator('[data-value]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Offer size' }).click();
  await expect(preview.locator('[data-value="size"]')).toBeVisible();
  await page.locator('[data-field="size"]').getByRole('button', { name: 'Edit size' }).click();
  await page.getByLabel('Label', { exact: true }).fill('How many');
  // Nothing is pressed: the preview follows.
  await expect(preview.getByLabel('How many')).toHaveValue('2');
  await page.getByText('Impose a value').click();
  await page.getByLabel('Imposed value').fill('3');
  await page.getByLabel('Why, for those who see it').fill('More cost too much');
  await page.getByRole('button', { name: 'Impose', exact: true }).click();
  await expect(preview.getByLabel('How many')).toHaveValue('3');
  await expect(preview.locator('[data-value="size"]')).toContainText('More cost too much');
  await look(page, 'entry-form-value');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Save' }).last().click();
  await expect(page).toHaveURL(`/admin/catalog/${name}`);
  const saved = await platform.get(`curation/${name}`);
  expect(saved.spec.form.fields).toEqual([{ path: '/size', label: 'How many' }]);
  expect(saved.spec.form.imposed).toEqual([{ path: '/size', value: 3, note: 'More cost too much' }]);
});

async function upload(page, name, buffer) {
  await page.getByLabel('Archive of the chart').setInputFiles({ name, mimeType: 'application/gzip', buffer });
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page).toHaveURL(/\/ingests\//);
}

// A gzip'd tar of a chart with one pod, which asks for more than most namespaces allow.
function archive(chart, version, more = {}) {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: c, image: registry.example.com/a:1}]}\n';
  const files = { 'Chart.yaml': `apiVersion: v2\nname: ${chart}\nversion: ${version}\n`, 'templates/pod.yaml': pod, ...more };
  const parts = Object.entries(files).map(([path, text]) => member(`${chart}/${path}`, text));
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
function member(path, text) {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
