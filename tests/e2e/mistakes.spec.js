// What goes wrong is said where it went wrong, and nothing that was typed is lost.
import { unused } from './demo.js';
import { expect, test } from './berth.js';
import { approve, comment, fillAsk, fillGrant, happened, note, panel, state } from './desk.js';

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a form with mistakes keeps what was typed, ${how}`, async ({ as }) => {
    const page = await as('developer', { javaScriptEnabled });
    await page.goto('/namespaces/new');
    await fillAsk(page, { className: 'Production', name: 'Not a name', own: { CPU: 'lots', Memory: '2 GiB' }, purpose: 'Something' });
    await page.getByRole('button', { name: 'Submit request' }).click();

    const summary = page.getByRole('alert');
    await expect(summary).toBeVisible();
    await expect(summary).toBeFocused();
    await expect(page.getByRole('radio', { name: 'Production' })).toBeChecked();
    await expect(page.getByRole('radio', { name: /^Custom\b/ })).toBeChecked();
    await expect(page.getByLabel('Memory', { exact: true })).toHaveValue('2 GiB');
    await expect(page.getByLabel('Purpose')).toHaveValue('Something');
    for (const [label, typed] of [['Name', 'Not a name'], ['CPU', 'lots']]) {
      const field = page.getByLabel(label, { exact: true });
      await expect(field).toHaveValue(typed);
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      await expect(field).toHaveAccessibleDescription(/\w/);
      await summary.getByRole('link', { name: new RegExp(`^${label}\\b`) }).click();
      await expect(field).toBeFocused();
    }
  });
}

test('a grant of more than was asked is refused beside the numbers', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const owner = await as('owner');
  await owner.goto(`/requests/${number}`);
  await fillGrant(owner, { CPU: '2', Memory: '0.5 GiB' });
  await comment(owner).fill('Have some more.');
  await approve(owner);

  await expect(owner.getByRole('alert').getByRole('link', { name: /1\.5 CPU/ })).toBeVisible();
  await expect(panel(owner, 'Changes').locator('.error')).toContainText('1.5 CPU');
  await expect(owner.getByLabel('CPU you grant')).toHaveValue('2');
  await expect(owner.getByLabel('Memory you grant')).toHaveValue('0.5 GiB');
  await expect(comment(owner)).toHaveValue('Have some more.');
  await expect(state(owner)).toHaveText('In review');
});

test('an amount that is none is refused beside its field', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const owner = await as('owner');
  await owner.goto(`/requests/${number}`);
  await fillGrant(owner, { Memory: 'plenty' });
  await approve(owner);
  const memory = owner.getByLabel('Memory you grant');
  await expect(memory).toHaveValue('plenty');
  await expect(memory).toHaveAccessibleDescription(/\w/);
});

test('who decides too late reads what happened meanwhile and who did it', async ({ as, api }) => {
  const requester = await api('developer');
  const { number } = await requester.ask();
  const withScript = await as('owner');
  const without = await as('owner', { javaScriptEnabled: false });
  for (const page of [withScript, without]) await page.goto(`/requests/${number}`);
  await expect(withScript.getByRole('button', { name: 'Keyboard shortcuts' })).toBeVisible();
  await comment(withScript).fill('Fine with me.');
  await requester.post(`requests/${number}/withdraw`);

  await expect(withScript.locator('#news')).toBeVisible();
  for (const page of [withScript, without]) {
    await approve(page);
    await expect(note(page, 'refused')).toContainText(`REQ-${number}`);
    await expect(state(page)).toHaveText('Withdrawn');
    await expect(happened(page, 'withdrawn')).toContainText('Developer');
  }
});

test('who has not begun to decide sees at once that it is over', async ({ as, api }) => {
  const requester = await api('developer');
  const { number } = await requester.ask();
  const owner = await as('owner');
  await owner.goto(`/requests/${number}`);
  await requester.post(`requests/${number}/withdraw`);
  await expect(state(owner)).toHaveText('Withdrawn');
  await expect(owner.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await expect(owner.locator('#news')).toBeHidden();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a double click asks once, ${how}`, async ({ as, api }) => {
    const name = unused('twice');
    const page = await as('developer', { javaScriptEnabled });
    await page.goto('/namespaces/new');
    await fillAsk(page, { className: 'Standard', name, size: 'S', purpose: 'Asked in a hurry' });
    await page.getByRole('button', { name: 'Submit request' }).dblclick();
    await expect(page).toHaveURL(/\/requests\/\d+$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`New namespace payments-${name}`);

    const developer = await api('developer');
    const { items } = await developer.get('requests?queue=mine');
    expect(items.filter((request) => request.name === `payments-${name}`)).toHaveLength(1);
    await developer.post(`requests/${new URL(page.url()).pathname.split('/').pop()}/withdraw`);
  });
}
