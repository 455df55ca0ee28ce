// The whole line: ask for a namespace, decide with less, watch it being made, see it live. With script and without.
import { unused } from './demo.js';
import { expect, signIn, test } from './berth.js';
import { approve, ask, comment, fillAsk, fillGrant, happened, note, panel, row, stage, state, verdict } from './desk.js';

const OWN = { CPU: '2', Memory: '2 GiB', Storage: '1 GiB', Pods: '5' };
const LESS = { CPU: '1', Memory: '1.5 GiB' };

test('a namespace is asked for, granted with less, made before one’s eyes and seen live', async ({ open }) => {
  const suffix = unused('checkout');
  const name = `payments-${suffix}`;

  // The developer signs in and asks.
  const developer = await open();
  await enter(developer, 'developer');
  await developer.getByRole('link', { name: 'New namespace', exact: true }).click();

  await fillAsk(developer, { className: 'Standard', name: suffix, size: 'L', purpose: 'Checkout for the harbour region' });
  await expect(stage(verdict(developer, 'review'), 'current')).toContainText('Payments');
  await expect(stage(verdict(developer, 'review'), 'current').getByRole('listitem').filter({ hasText: 'Owner' })).not.toHaveCount(0);
  await fillAsk(developer, { own: { CPU: 'lots' } });
  await expect(verdict(developer, 'refused')).toContainText('CPU');
  await fillAsk(developer, { own: OWN });
  await expect(verdict(developer, 'review')).toBeVisible();
  const path = await ask(developer);

  await expect(developer.getByRole('heading', { level: 1 })).toHaveText(`New namespace ${name}`);
  await expect(state(developer)).toHaveText('In review');
  const now = stage(panel(developer, 'Who decides'), 'current');
  await expect(now).toContainText('Payments');
  await expect(now.getByRole('listitem').filter({ hasText: 'Owner' })).not.toHaveCount(0);

  // The owner finds it and grants less.
  const owner = await open();
  await enter(owner, 'owner');
  const waiting = owner.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Requests/ });
  await expect(waiting).toHaveAccessibleName(/[1-9]\d* wait for you/);
  await waiting.click();
  await expect(owner).toHaveURL('/requests?queue=to_decide');
  await row(owner, `New namespace ${name}`).getByRole('link').click();
  await expect(owner).toHaveURL(path);
  await fillGrant(owner, LESS);
  await comment(owner).fill('Enough for a start; ask again when it grows.');
  await stay(developer);
  await approve(owner);
  await stay(owner);

  // Both watch it being made.
  for (const page of [owner, developer]) {
    await expect(note(page, 'completed')).toContainText(name, { timeout: 30_000 });
    await expect(state(page)).toHaveText('Completed');
    await expect(panel(page, 'Provisioning')).toContainText(/([1-9]\d*) of \1\b/);
    await expect(panel(page, 'Provisioning').locator('li.done')).not.toHaveCount(0);
    await expect(happened(page, 'completed')).toHaveCount(1);
    expect(await hasStayed(page)).toBe(true);
  }
  await expect(panel(owner, 'Activity')).toContainText('Enough for a start');

  // The cluster enforces what was granted.
  await owner.getByRole('link', { name: 'Open the namespace' }).click();
  await expect(owner.getByRole('heading', { level: 1 })).toHaveText(name);
  await seesEnforced(owner, { CPU: '1', Memory: '1.5 GiB', Storage: '1 GiB', Pods: '5' });

  // The developer finds it everywhere it belongs.
  // Home has the newest few of all that this developer asks for meanwhile.
  await developer.goto(`/requests?queue=mine&text=${name}`);
  await expect(row(developer, `New namespace ${name}`)).toBeVisible();
  await developer.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Namespaces' }).click();
  await row(developer, name).getByRole('link').click();
  await developer.getByRole('navigation', { name: 'Parts of the namespace' }).getByRole('link', { name: 'Activity' }).click();
  const activity = developer.getByRole('main');
  await expect(happened(developer, 'approved').first()).toContainText('1 CPU, 1.5 GiB memory');
  await expect(activity).toContainText('Enough for a start');

  // Signing out ends the provider's session too: whoever signs in next is asked for an account.
  await developer.getByRole('button', { name: 'Sign out' }).click();
  await developer.getByRole('button', { name: 'Sign out' }).click();
  await expect(developer.locator('[data-message="signed-out"]')).toBeVisible();
  await developer.getByRole('link', { name: 'Sign in again' }).click();
  await expect(developer.getByLabel('E-mail')).toBeVisible();
  await developer.goto(path);
  await expect(developer.getByLabel('E-mail')).toBeVisible();
});

test('the same works without script', async ({ open }) => {
  const suffix = unused('ledger');
  const name = `payments-${suffix}`;

  const developer = await open({ javaScriptEnabled: false });
  await enter(developer, 'developer');
  await developer.getByRole('link', { name: 'New namespace', exact: true }).click();
  await fillAsk(developer, { className: 'Standard', name: suffix, own: OWN, purpose: 'A ledger without script' });
  await developer.getByRole('button', { name: 'Check' }).click();
  await expect(stage(verdict(developer, 'review'), 'current')).toContainText('Payments');
  await expect(developer.getByLabel('Name', { exact: true })).toHaveValue(suffix);
  await expect(developer.getByLabel('CPU', { exact: true })).toHaveValue('2');
  const asked = statusOfForm(developer);
  const path = await ask(developer);
  expect(await asked).toBe(303);

  const owner = await open({ javaScriptEnabled: false });
  await owner.goto(path);
  await signIn(owner, 'owner');
  await expect(owner).toHaveURL(path);
  await fillGrant(owner, LESS);
  const decided = statusOfForm(owner);
  await approve(owner);
  expect(await decided).toBe(303);
  await expect(owner).toHaveURL(path);

  // The page loads itself again until it is done; the developer's own page was loaded before.
  await expect(note(owner, 'completed')).toContainText(name, { timeout: 30_000 });
  await expect(owner.locator('meta[http-equiv=refresh]')).toHaveCount(0);
  await developer.reload();
  await developer.getByRole('link', { name: 'Open the namespace' }).click();
  await seesEnforced(developer, { CPU: '1', Memory: '1.5 GiB', Storage: '1 GiB', Pods: '5' });

  await developer.getByRole('button', { name: 'Sign out' }).click();
  await developer.getByRole('button', { name: 'Sign out' }).click();
  await expect(developer.locator('[data-message="signed-out"]')).toBeVisible();
});

async function enter(page, role) {
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, role);
  await expect(page).toHaveURL('/');
}

async function statusOfForm(page) {
  const response = await page.waitForResponse((response) => response.request().method() === 'POST');
  return response.status();
}

async function seesEnforced(page, quota) {
  await page.getByRole('navigation', { name: 'Parts of the namespace' }).getByRole('link', { name: 'Quota' }).click();
  for (const [resource, amount] of Object.entries(quota)) {
    const cells = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: resource }) }).getByRole('cell');
    await expect(async () => {
      await page.reload();
      await expect(cells.nth(0)).toHaveText(`0 of ${amount}`);
      await expect(cells.nth(1)).toHaveText(amount);
    }).toPass();
  }
}

// Marks a document, to tell later whether it is still the same one.
function stay(page) {
  return page.evaluate(() => {
    window.isTheSame = true;
  });
}

function hasStayed(page) {
  return page.evaluate(() => window.isTheSame === true);
}
