// The way from the browser to kubectl, and back: what is done on the cluster by hand shows.
import { CLUSTER, kubectl, kubectlWith } from './demo.js';
import { expect, test } from './berth.js';
import { note } from './desk.js';

test('a kubeconfig taken in the browser reaches its namespace, as its role and nowhere else', async ({ as, api }, testInfo) => {
  const name = await (await api('developer')).ready();
  const page = await as('developer');
  await page.goto(`/namespaces/${CLUSTER}/${name}/access`);
  const downloads = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download kubeconfig', exact: true }).click();
  const download = await downloads;
  expect(download.suggestedFilename()).toBe(`${name}.${CLUSTER}.kubeconfig.yaml`);
  const file = testInfo.outputPath('kubeconfig.yaml');
  await download.saveAs(file);

  await kubectlWith(file, 'create', 'service', 'clusterip', 'checkout', '--tcp=80');
  expect(await kubectlWith(file, 'get', 'services', '-o', 'name')).toContain('service/checkout');
  expect(await may(file, 'create', 'deployments')).toBe('yes');
  expect(await may(file, 'create', 'rolebindings')).toBe('no');
  expect(await may(file, 'get', 'pods', '-n', 'orders-dev')).toBe('no');
});

test('what somebody changes on the cluster is put back, and shown with who did it', async ({ as, api }) => {
  const name = await (await api('developer')).ready();
  const page = await as('developer');
  await page.goto(`/namespaces/${CLUSTER}/${name}/sync`);
  await expect(page.getByRole('button', { name: 'Sync now' })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(0);
  const patch = JSON.stringify({ spec: { hard: { pods: '500' } } });
  await kubectl('patch', 'resourcequota', 'berth-compute', '-n', name, '--type=merge', '--field-manager=kubectl-edit', '-p', patch);
  const found = page.getByRole('row').filter({ hasText: 'spec.hard.pods' });
  await expect(found.locator('[data-drift="put-back"]')).toBeVisible({ timeout: 30_000 });
  await expect(found).toContainText('500');
  await expect(found).toContainText('kubectl-edit');
  await expect(note(page, 'in-sync')).toBeVisible();

  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page).toHaveURL(`/namespaces/${CLUSTER}/${name}/sync`);
  await expect(page.getByRole('button', { name: 'Sync now' })).toBeVisible({ timeout: 30_000 });
  await expect(note(page, 'in-sync')).toBeVisible();
});

// `yes` or `no`; kubectl fails when it is no.
async function may(file, ...what) {
  return kubectlWith(file, 'auth', 'can-i', ...what).then((said) => said.trim(), ({ stdout }) => stdout.trim());
}
