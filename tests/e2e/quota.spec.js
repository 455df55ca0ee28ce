// Another quota for a namespace that is there: more with a decision, less without one.
import { writeFile } from 'node:fs/promises';
import { CLUSTER, kubectl } from './demo.js';
import { expect, test } from './berth.js';
import { approve, ask, fillWish, note, panel, stage, state, verdict } from './desk.js';

test('more is asked for with the verdict in sight, decided, enforced, and stays in the history', async ({ as, api }) => {
  const name = await (await api('developer')).ready();
  const developer = await as('developer');
  await developer.goto(`/namespaces/${CLUSTER}/${name}/quota`);
  await fillWish(developer, { CPU: '1', Memory: '1.5 GiB' });
  await developer.getByLabel('Reason').fill('The nightly run needs twice of it');
  await expect(stage(verdict(developer, 'review'), 'current')).toContainText('Payments');
  const path = await ask(developer);
  await expect(developer.getByRole('heading', { level: 1 })).toHaveText(`Quota of ${name}`);
  await expect(state(developer)).toHaveText('In review');

  const owner = await as('owner');
  await owner.goto(path);
  await expect(panel(owner, 'Changes').getByRole('row').filter({ hasText: 'CPU' })).toContainText('+0.5');
  await approve(owner);
  for (const page of [owner, developer]) {
    await expect(note(page, 'completed')).toContainText('1 CPU, 1.5 GiB memory', { timeout: 30_000 });
    await expect(state(page)).toHaveText('Completed');
  }

  await developer.goto(`/namespaces/${CLUSTER}/${name}/quota`);
  await developer.getByRole('link', { name: 'Quota history' }).click();
  await expect(developer.getByRole('img', { name: /^CPU over time/ })).toBeVisible();
  const change = developer.getByRole('row').filter({ hasText: 'The nightly run needs twice of it' });
  await expect(change).toContainText('CPU 0.5 → 1');
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`less than is used must be meant, ${how}`, async ({ as, api }, testInfo) => {
    const developer = await api('developer');
    const name = await developer.ready({ class: 'sandbox', quota: { cpu_m: 250, memory_bytes: 2 ** 28, storage_bytes: 2 ** 30, pods: 2 } });
    await useStorage(name, testInfo.outputPath('claim.json'));
    await developer.untilUsed(name, 'storage', 2 ** 30);

    const page = await as('developer', { javaScriptEnabled });
    await page.goto(`/namespaces/${CLUSTER}/${name}/quota`);
    await fillWish(page, { Storage: '0.5 GiB' });
    await page.getByLabel('Reason').fill('Moving to object storage');
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Check' }).click();
    const beside = page.getByRole('complementary', { name: 'Before you submit' });
    await expect(note(beside, 'below-use').getByRole('listitem').filter({ hasText: 'Storage' })).toBeVisible();
    await page.getByRole('button', { name: 'Submit request' }).click();
    await expect(page.getByRole('alert').getByRole('link')).toHaveCount(1);
    await expect(page.getByLabel('Storage you ask for')).toHaveValue('0.5 GiB');

    await page.locator('input[name=acknowledge_below_use]').check();
    await ask(page);
    await expect(note(page, 'completed')).toContainText(name, { timeout: 30_000 });
    await expect(panel(page, 'Who decided').locator('[data-decided-by="rules"]')).toBeVisible();
  });
}

test('asking anew takes the place of one’s own open request, and says so before', async ({ as, api }) => {
  const developer = await api('developer');
  const name = await developer.ready();
  const first = await developer.askQuota(name, { cpu_m: 4000 });
  const page = await as('developer');
  await page.goto(`/namespaces/${CLUSTER}/${name}/quota`);
  await expect(note(page, 'open-request')).toBeVisible();
  await fillWish(page, { CPU: '3' });
  await page.getByLabel('Reason').fill('Three will do');
  await expect(note(page, 'supersedes')).toContainText(`REQ-${first.number}`);
  const path = await ask(page);
  developer.asked.push(Number(path.split('/').pop()));
  await page.getByRole('link', { name: `REQ-${first.number}`, exact: true }).first().click();
  await expect(state(page)).toHaveText('Superseded');
  await expect(note(page, 'superseded')).toBeVisible();
});

// Takes a GiB of the namespace's storage.
async function useStorage(namespace, file) {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'archive', namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await writeFile(file, JSON.stringify(claim));
  await kubectl('apply', '-f', file);
}
