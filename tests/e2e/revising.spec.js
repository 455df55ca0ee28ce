// A request that goes back and forth: changes asked for, suggestions taken, revisions and what they do to approvals.
import { ASKED } from './api.js';
import { expect, test } from './berth.js';
import { approve, comment, fillGrant, fillWish, note, panel, stage, state } from './desk.js';

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`changes are asked for, the suggestion is taken and approved, ${how}`, async ({ as, api }) => {
    const { number } = await (await api('developer')).ask({ quota: { ...ASKED, cpu_m: 1000 } });
    const owner = await as('owner', { javaScriptEnabled });
    await owner.goto(`/requests/${number}`);
    await owner.getByRole('button', { name: 'Ask for changes' }).click();
    await expect(comment(owner)).toHaveAttribute('aria-invalid', 'true');
    await expect(comment(owner)).toHaveAttribute('aria-describedby', /\berror-comment\b/);
    await fillGrant(owner, { CPU: '500m', Memory: '2 GiB' });
    await comment(owner).fill('Less of this, more of that.');
    await owner.getByRole('button', { name: 'Ask for changes' }).click();
    await expect(state(owner)).toHaveText('Changes requested');

    const developer = await as('developer', { javaScriptEnabled });
    await developer.goto('/');
    await panel(developer, 'Changes are requested of you').locator(`a[href="/requests/${number}"]`).click();
    const asked = panel(developer, 'Owner asks for changes');
    await expect(asked).toContainText('Less of this, more of that.');
    await expect(asked.getByRole('row').filter({ hasText: 'Memory' })).toContainText('2 GiB');
    await asked.getByRole('button', { name: 'Accept the suggestion' }).click();
    await expect(state(developer)).toHaveText('In review');
    await expect(panel(developer, 'Revisions')).toContainText('CPU 1 → 0.5');

    await owner.goto(`/requests/${number}`);
    await expect(owner.getByLabel('Memory you grant')).toHaveValue('2 GiB');
    await approve(owner);
    await expect(note(owner, 'completed')).toBeVisible({ timeout: 30_000 });
  });
}

test('a revision that asks for more drops the approvals it had', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask({ class: 'production' });
  await (await api('owner')).approve(number);
  const page = await as('developer');
  await page.goto(`/requests/${number}`);
  await expect(stage(panel(page, 'Who decides'), 'approved')).toContainText('Payments');
  await page.getByRole('link', { name: 'Revise', exact: true }).click();
  await fillWish(page, { CPU: '2' });
  await page.getByRole('button', { name: 'Submit revision' }).click();
  await expect(page).toHaveURL(`/requests/${number}`);
  await expect(stage(panel(page, 'Who decides'), 'current')).toContainText('Payments');
  await expect(panel(page, 'Revisions')).toContainText('CPU 1 → 2');
  await expect(panel(page, 'Revisions').locator('[data-counts="no"]')).toBeVisible();
});

test('who revises too late reads what is new, and keeps what was typed', async ({ as, api }) => {
  const requester = await api('developer');
  const { number } = await requester.ask();
  const page = await as('developer');
  await page.goto(`/requests/${number}/revise`);
  await fillWish(page, { CPU: '1' });
  await requester.post(`requests/${number}/revise`, { revision: 1, quota: { ...ASKED, pods: 4 }, purpose: 'Fewer pods' });
  await page.getByRole('button', { name: 'Submit revision' }).click();
  await expect(note(page, 'refused').locator('[data-kept]')).toBeVisible();
  await expect(page.getByLabel('CPU you ask for')).toHaveValue('1');
});

test('what is said beside a request is there for everybody at once', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const developer = await as('developer');
  await developer.goto(`/requests/${number}`);
  const owner = await as('owner', { javaScriptEnabled: false });
  await owner.goto(`/requests/${number}`);
  const talk = panel(owner, 'Activity');
  await talk.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(owner.getByRole('alert').getByRole('link')).toHaveCount(1);
  await expect(talk.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
  await talk.getByRole('textbox').fill('Which release is the first that needs it?');
  await talk.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(talk.getByRole('listitem').last()).toContainText('Which release is the first that needs it?');
  await expect(panel(developer, 'Activity')).toContainText('Which release is the first that needs it?');
});
