// What Platform and auditors see of people and their deeds.
import { readFile } from 'node:fs/promises';
import { expect, signIn, test } from './berth.js';
import { panel } from './desk.js';

// No other test signs in with it, so that its session is found in the list.
const SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15';

test('Platform ends somebody’s session, and their browser is out', async ({ open, as }) => {
  const theirs = await open({ userAgent: SAFARI });
  await theirs.goto('/me');
  await signIn(theirs, 'nobody');
  await expect(theirs.getByRole('heading', { level: 1 })).toBeVisible();
  const answered = async () => (await theirs.request.get('/api/v1/namespaces')).status();
  expect(await answered()).toBe(200);

  const platform = await as('platform');
  await platform.goto('/admin/people');
  await platform.getByLabel('Name or e-mail').fill('nobody@');
  await platform.getByRole('button', { name: 'Search' }).click();
  await platform.getByRole('link', { name: 'Nobody' }).click();
  const sessions = panel(platform, 'Sessions').getByRole('row').filter({ hasText: 'Safari on macOS' });
  await expect(sessions).toHaveCount(1);
  const end = panel(platform, 'End access');
  const choice = end.getByLabel('Session or token').getByRole('option').filter({ hasText: 'Safari on macOS' });
  await end.getByLabel('Session or token').selectOption(await choice.getAttribute('value'));
  await end.getByRole('button', { name: 'End access' }).click();
  await expect(platform.getByRole('alert').getByRole('link', { name: /Reason/ })).toBeVisible();
  await end.getByLabel('Session or token').selectOption(await choice.getAttribute('value'));
  await end.getByLabel('Reason').fill('Left their laptop on a train');
  await end.getByRole('button', { name: 'End access' }).click();
  await expect(sessions).toHaveCount(0);

  // A page would ask the identity provider, which still knows them there and would let them in anew.
  expect(await answered()).toBe(401);
});

test('the trail is narrowed, opened, and taken along as a file', async ({ as }) => {
  const auditor = await as('auditor');
  await auditor.goto('/admin/audit');
  await auditor.getByLabel('Action').fill('request.approved');
  await auditor.getByLabel('Team', { exact: true }).fill('orders');
  await auditor.getByRole('button', { name: 'Filter' }).click();
  await expect(auditor).toHaveURL(/action=request\.approved/);
  const events = auditor.locator('tbody tr').filter({ has: auditor.getByText('request.approved') });
  await expect(events).not.toHaveCount(0);
  await expect(auditor.getByRole('main')).not.toContainText('request.submitted');
  await events.first().getByText('Details').click();
  await expect(events.first().locator('dl')).toBeVisible();

  for (const [link, read] of [['CSV', csv], ['JSON lines', jsonLines]]) {
    const downloads = auditor.waitForEvent('download');
    await auditor.getByRole('link', { name: link }).click();
    const actions = read(await readFile(await (await downloads).path(), 'utf8'));
    expect(new Set(actions)).toEqual(new Set(['request.approved']));
  }
  await auditor.goto('/admin/audit?action=audit.exported');
  await expect(auditor.getByRole('main')).toContainText('Auditor');
});

// The actions in a file; the fields asked for hold no commas.
function csv(text) {
  const [head, ...lines] = text.trim().split('\r\n');
  const place = head.split(',').indexOf('action');
  return lines.map((line) => line.split(',')[place]);
}

function jsonLines(text) {
  return text.trim().split('\n').map((line) => JSON.parse(line).action);
}
