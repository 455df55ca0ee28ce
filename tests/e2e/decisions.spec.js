// Ways a request may go, other than the short one.
import { unused } from './demo.js';
import { expect, test } from './berth.js';
import { approve, ask, comment, fillAsk, fillGrant, note, panel, reject, stage, state, verdict } from './desk.js';

test('a rejection needs a reason, and whoever asked reads it', async ({ as, api }) => {
  const requester = await api('developer');
  const { number } = await requester.ask();
  const owner = await as('owner');
  await owner.goto(`/requests/${number}`);
  await reject(owner);

  const summary = owner.getByRole('alert');
  await expect(summary.getByRole('link')).toHaveCount(1);
  await expect(summary).toBeFocused();
  const why = comment(owner);
  await expect(why).toHaveAttribute('aria-invalid', 'true');
  await expect(why).toHaveAttribute('aria-describedby', /\berror-comment\b/);
  await summary.getByRole('link').click();
  await expect(why).toBeFocused();
  // The page is sent what is new all the while; that must not take the mistake away.
  await requester.post(`requests/${number}/comments`, { text: 'Said in the meantime' });
  await expect(panel(owner, 'Activity')).toContainText('Said in the meantime');
  await expect(owner.locator('#news')).toBeHidden();
  await expect(why).toHaveAttribute('aria-invalid', 'true');

  await why.fill('Use payments-dev for this; it has capacity.');
  await reject(owner);
  await expect(state(owner)).toHaveText('Rejected');
  await expect(owner.getByRole('button', { name: 'Approve' })).toHaveCount(0);

  const developer = await as('developer');
  await developer.goto(`/requests/${number}`);
  await expect(state(developer)).toHaveText('Rejected');
  await expect(panel(developer, 'Activity')).toContainText('Use payments-dev for this');
});

test('whoever asked may withdraw, and then nobody decides', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const developer = await as('developer');
  await developer.goto(`/requests/${number}`);
  await expect(developer.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await expect(developer.getByRole('button', { name: 'Approve' })).toHaveAccessibleDescription(/\bown request\b/);
  await developer.locator('summary', { hasText: 'Withdraw' }).click();
  await developer.getByRole('button', { name: 'Withdraw request' }).click();
  await expect(state(developer)).toHaveText('Withdrawn');

  const owner = await as('owner');
  await owner.goto(`/requests/${number}`);
  await expect(state(owner)).toHaveText('Withdrawn');
  await expect(owner.getByRole('button', { name: 'Approve' })).toHaveCount(0);
});

test('a small sandbox is approved automatically', async ({ as }) => {
  const name = unused('sandbox');
  const developer = await as('developer');
  await developer.goto('/namespaces/new');
  await fillAsk(developer, { className: 'Sandbox', name, size: 'S', purpose: 'Trying out a new library' });
  await expect(verdict(developer, 'automatic')).toBeVisible();
  // Less than S is automatic too, and leaves room for the next run.
  await fillAsk(developer, { own: { CPU: '250m', Memory: '256 MiB', Storage: '1 GiB', Pods: '2' } });
  await ask(developer);
  await expect(note(developer, 'completed')).toContainText(`payments-${name}`, { timeout: 30_000 });
  await expect(panel(developer, 'Who decided').locator('[data-decided-by="rules"]')).toBeVisible();
});

test('production is decided by the owner and then by Platform, each with less', async ({ as }) => {
  const name = unused('prod');
  const developer = await as('developer');
  await developer.goto('/namespaces/new');
  await fillAsk(developer, {
    className: 'Production',
    name,
    own: { CPU: '2', Memory: '1 GiB', Storage: '1 GiB', Pods: '5' },
    purpose: 'What customers use',
  });
  await expect(verdict(developer, 'review').locator('[data-stage]')).toContainText(['Payments', 'Platform']);
  const path = await ask(developer);

  const platform = await as('platform');
  await platform.goto(path);
  await expect(platform.getByRole('button', { name: 'Approve' })).toHaveAccessibleDescription(/\bowners of Payments\b/);

  const owner = await as('owner');
  await owner.goto(path);
  await fillGrant(owner, { CPU: '1500m' });
  await approve(owner);
  await expect(state(owner)).toHaveText('In review');
  await expect(stage(panel(owner, 'Who decides'), 'approved')).toContainText('Payments');
  await expect(owner.getByRole('button', { name: 'Approve' })).toBeDisabled();

  await platform.reload();
  await expect(stage(panel(platform, 'Who decides'), 'current')).toContainText('Platform');
  await expect(platform.getByLabel('CPU you grant')).toHaveValue('1.5');
  await fillGrant(platform, { CPU: '1' });
  await approve(platform);
  await expect(note(platform, 'completed')).toContainText(`payments-${name}`, { timeout: 30_000 });
  await expect(panel(platform, 'Changes').getByRole('row').filter({ hasText: 'CPU' })).toContainText('1 less');
});
