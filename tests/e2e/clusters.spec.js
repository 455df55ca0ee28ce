// A cluster as Platform looks after it.
import { CLUSTER } from './demo.js';
import { expect, test } from './berth.js';
import { note, panel } from './desk.js';

const HERE = `/clusters/${CLUSTER}`;

test('a cluster is checked when somebody says so, and what is installed on it can be read', async ({ as }) => {
  const page = await as('platform', { javaScriptEnabled: false });
  await page.goto(HERE);
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page).toHaveURL(HERE);
  const found = panel(page, 'Health checks');
  // What nobody knows is open; what passed is counted.
  const checks = (outcome) => found.locator(`[data-outcome="${outcome}"]`);
  await expect(checks('not-verified').filter({ hasText: 'NetworkPolicies' }).first()).toBeVisible();
  await expect(checks('not-verified').filter({ visible: true })).toHaveCount(2);
  await expect(found.getByRole('listitem').filter({ visible: true })).toHaveCount(2);
  await found.locator('summary').click();
  await expect(checks('passed').filter({ hasText: 'admission policies' }).first()).toBeVisible();
  await expect(checks('failed')).toHaveCount(0);
  await page.getByRole('link', { name: 'Installed manifests' }).click();
  await expect(page.getByRole('main')).toContainText('berth-provisioner');
});

test('a kubeconfig that would make Berth run or read something is refused, with each reason', async ({ as }) => {
  const page = await as('platform');
  await page.goto('/clusters/new');
  await page.getByLabel('Name', { exact: true }).fill('harbour-9');
  await page.getByLabel('Or kubeconfig as text').fill(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority': '/etc/passwd' } }],
      users: [{ name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'id' } } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'c',
    }),
  );
  await page.getByRole('button', { name: 'Add cluster' }).click();
  await expect(page.getByRole('alert')).toContainText('exec');
  await expect(page).toHaveURL(/\/clusters\/new\?form_token=\w+$/);
});

test('a cluster is not removed while somebody has namespaces on it, nor without its name', async ({ as }) => {
  const page = await as('platform');
  await page.goto(HERE);
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel(`Type ${CLUSTER} to remove it`).fill(CLUSTER);
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(note(page, 'refused')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(CLUSTER);
});
