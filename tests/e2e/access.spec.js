// What one may not see does not exist, and what one may not do is not offered.
import { CLUSTER } from './demo.js';
import { expect, signIn, test } from './berth.js';

test('a stranger finds neither the namespace nor the request of another team', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const stranger = await as('stranger');
  for (const path of [
    `/namespaces/${CLUSTER}/payments-dev`,
    `/namespaces/${CLUSTER}/payments-dev/quota`,
    `/namespaces/${CLUSTER}/payments-dev/quota-history`,
    `/namespaces/${CLUSTER}/payments-dev/sync`,
    `/requests/${number}`,
    `/requests/${number}/revise`,
    '/teams/payments',
    '/teams/orders/edit',
    '/clusters',
    '/admin/teams/new',
    '/admin/platform-roles',
    '/admin/people',
    '/admin/classes',
    '/admin/audit',
    '/admin/jobs',
  ]) {
    const response = await stranger.goto(path);
    expect(response.status(), path).toBe(404);
    await expect(stranger.locator('[data-status="404"]').getByRole('heading', { level: 1 })).toBeVisible();
    await expect(stranger.getByRole('link', { name: 'Home' }).last()).toBeVisible();
  }
  for (const path of ['/', '/namespaces', '/requests', '/teams']) {
    await stranger.goto(path);
    await expect(stranger.getByRole('main')).not.toContainText('payments');
  }
});

test('somebody without a team reads whom to ask', async ({ as }) => {
  const nobody = await as('nobody');
  await nobody.goto('/');
  await expect(nobody.locator('[data-message="no-team"]')).toBeVisible();
  await expect(nobody.getByRole('main')).toContainText('platform@berth.test');
  await expect(nobody.getByRole('main')).toContainText('nobody@berth.test');
  await expect(nobody.getByRole('link', { name: 'New namespace' })).toHaveCount(0);
});

test('the auditor sees everything and changes nothing', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const auditor = await as('auditor');
  for (const path of [
    '/',
    '/namespaces',
    `/namespaces/${CLUSTER}/payments-dev`,
    `/namespaces/${CLUSTER}/orders-dev/access`,
    `/namespaces/${CLUSTER}/payments-dev/quota`,
    `/namespaces/${CLUSTER}/payments-dev/sync`,
    '/requests',
    `/requests/${number}`,
    `/requests/${number}/revise`,
    '/requests?queue=failed',
    '/teams',
    '/teams/payments',
    '/clusters',
    `/clusters/${CLUSTER}`,
    '/admin/classes',
    '/admin/classes/production',
    '/admin/classes/production/preview',
    '/admin/classes/training/move',
    '/admin/platform-roles',
    '/admin/people',
    '/admin/audit',
    '/admin/jobs',
  ]) {
    const response = await auditor.goto(path);
    expect(response.status(), path).toBe(200);
    const main = auditor.getByRole('main');
    // Favourites are the reader's own.
    await expect(main.locator('form[method=post]:not(.star)'), path).toHaveCount(0);
    await expect(main.getByRole('link', { name: /^(New namespace|Request a namespace)$/ }), path).toHaveCount(0);
  }
  await auditor.goto(`/requests/${number}`);
  await expect(auditor.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await expect(auditor.getByRole('button', { name: 'Approve' })).toHaveAccessibleDescription(/\bowners of Payments\b/);
});

test('who is not signed in signs in and comes to where they wanted to go', async ({ open }) => {
  const page = await open();
  await page.goto('/requests?queue=mine');
  await signIn(page, 'developer');
  await expect(page).toHaveURL('/requests?queue=mine');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Requests');
});
