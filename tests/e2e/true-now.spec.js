// What is on the screen is so: or it says of when it is.
import { CLUSTER, unused } from './demo.js';
import { expect, test } from './berth.js';
import { fillAsk } from './desk.js';

test('a queue shows a new request without being loaded again', async ({ as }) => {
  const owner = await as('owner');
  await owner.goto('/requests?queue=to_decide');
  await expect(owner.locator('html')).toHaveAttribute('data-live', '');
  const waiting = owner.locator('[data-slot="n-waiting"]');
  const before = await waiting.textContent();
  const name = unused('queue');
  const developer = await as('developer');
  await developer.goto('/namespaces/new');
  await fillAsk(developer, { className: 'Standard', name, size: 'S', purpose: 'To be seen in an open queue' });
  await developer.getByRole('button', { name: 'Submit request' }).click();
  await expect(owner.getByRole('link', { name: `New namespace payments-${name}` })).toBeVisible();
  await expect(waiting).not.toHaveText(before);
});

test('the focus stays on the request that was chosen when another arrives above it', async ({ as }) => {
  const [chosen, newer] = [unused('chosen'), unused('newer')];
  const developer = await as('developer');
  const ask = async (name) => {
    await developer.goto('/namespaces/new');
    await fillAsk(developer, { className: 'Standard', name, size: 'S', purpose: 'To be chosen in an open queue' });
    await developer.getByRole('button', { name: 'Submit request' }).click();
    await expect(developer).toHaveURL(/\/requests\/\d+$/);
  };
  await ask(chosen);
  const owner = await as('owner');
  await owner.goto('/requests?queue=to_decide');
  await expect(owner.locator('html')).toHaveAttribute('data-live', '');
  const row = (name) => owner.getByRole('link', { name: `New namespace payments-${name}` });
  await row(chosen).focus();
  await ask(newer);
  await expect(row(newer)).toBeVisible();
  await expect(row(chosen)).toBeFocused();
});

// A browser has six connections to a host, without HTTP/2, for all its tabs.
test('a page whose tab is hidden lets go of its stream, and follows again when it is shown', async ({ as }) => {
  const owner = await as('owner');
  const is_stream = (request) => new URL(request.url()).pathname === '/live';
  const turn = (is_hidden) =>
    owner.evaluate((is_hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => is_hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, is_hidden);
  await owner.goto('/requests?queue=to_decide');
  await expect(owner.locator('html')).toHaveAttribute('data-live', '');
  const over = owner.waitForEvent('requestfailed', is_stream);
  await turn(true);
  await over;
  const again = owner.waitForRequest(is_stream);
  await turn(false);
  expect(new URL((await again).url()).searchParams.get('version')).not.toBe('');
});

test('without a network a page says as of when it is, and catches up by itself', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/');
  const connection = page.locator('#connection');
  await expect(connection).toBeEmpty();
  await expect(page.locator('html')).toHaveAttribute('data-live', '');
  await page.context().setOffline(true);
  await expect(connection).toHaveText(/\b\d\d:\d\d\b/);
  await expect(page.locator('html')).not.toHaveAttribute('data-live', '');
  await page.context().setOffline(false);
  await expect(connection).toBeEmpty();
  await expect(page.locator('html')).toHaveAttribute('data-live', '', { timeout: 20_000 });
});

test('a page of what is gone says so, and not that Berth does not answer', async ({ as, api }) => {
  const path = `/namespaces/${CLUSTER}/${await (await api('developer')).ready()}`;
  const page = await as('developer', { loses: /404/ });
  await page.goto(path);
  await expect(page.locator('html')).toHaveAttribute('data-live', '');
  for (const gone of [`**${path}`, '**/live?*']) await page.route(gone, (route) => route.fulfill({ status: 404 }));
  await page.context().setOffline(true);
  await expect(page.locator('#connection')).toHaveAttribute('data-lost', 'network');
  await page.context().setOffline(false);
  await expect(page.locator('#connection')).toHaveAttribute('data-lost', 'gone', { timeout: 20_000 });
});

test('a page whose script does not load says as of when it is', async ({ as }) => {
  const page = await as('developer', { loses: /[.](wasm|js)\b|Wasm/ });
  const said = page.locator('.at-load');
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('data-awake', '');
  await expect(said).toBeHidden();
  for (const missing of ['**/*.wasm', '**/*.js']) {
    await page.route(missing, (route) => route.fulfill({ status: 404 }));
    await page.reload();
    await expect(said).toBeVisible();
    await expect(page.locator('.fresh .now').filter({ visible: true })).toHaveCount(0);
    await expect(page.locator('html')).not.toHaveAttribute('data-awake', '');
  }
});

test('relative times move while a page is open', async ({ as }) => {
  const page = await as('platform');
  await page.clock.install();
  await page.goto(`/clusters/${CLUSTER}`);
  const time = page.locator('time[data-ticks="ago"]').first();
  const said = await time.textContent();
  await page.clock.fastForward('30:00');
  await expect(time).not.toHaveText(said);
});

test('a verdict is never about something else than what is typed', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/namespaces/new');
  const verdict = page.locator('[data-slot="verdict"]');
  const asking = page.locator('#asking');
  // Before anything is typed: who decides and the room are known, and nothing is red.
  await expect(verdict.getByRole('heading', { name: /^Capacity on / })).toBeVisible();
  await expect(verdict.locator('[data-to-fill-in]')).toHaveAttribute('data-to-fill-in', 'name purpose');
  await expect(verdict.locator('.bad')).toHaveCount(0);

  // While it is asked for, it says so.
  await page.route('**/namespaces/new?*', async (route) => {
    await expect(asking).toHaveAttribute('data-state', 'checking');
    await route.continue();
  });
  await page.getByLabel('Name', { exact: true }).fill('verdict');
  await expect(asking).toBeEmpty();
  await expect(verdict.locator('[data-to-fill-in]')).toHaveAttribute('data-to-fill-in', 'purpose');

  // Nobody answers: what stood there is not shown beside what is typed.
  await page.unroute('**/namespaces/new?*');
  await page.route('**/namespaces/new?*', (route) => route.abort('addressunreachable'));
  await page.getByLabel('Name', { exact: true }).fill('verdict-2');
  await expect(asking).toHaveAttribute('data-state', 'unknown');
  await expect(asking).not.toBeEmpty();
  await expect(verdict).toBeHidden();
  await page.unroute('**/namespaces/new?*');
  await expect(verdict).toBeVisible();
  await expect(asking).toBeEmpty();

  // Signed out elsewhere: what is typed stays, and no verdict is shown beside it.
  await page.context().clearCookies();
  await page.getByLabel('Name', { exact: true }).fill('verdict-3');
  await expect(asking).toHaveAttribute('data-state', 'unknown');
  await expect(verdict).toBeHidden();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('verdict-3');
});
