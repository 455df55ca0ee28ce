// How pages hold up: at twice the size, with the longest names, in forced colours, on paper, and when answers take long.
import { CLUSTER, unused } from './demo.js';
import { expect, test } from './berth.js';
import { approve, fillAsk, panel } from './desk.js';

// A window of 1280 × 800 at 200 %.
const TWICE = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };
const NARROWEST = { width: 320, height: 640 };
const DEV = `/namespaces/${CLUSTER}/payments-dev`;

const MAIN = {
  developer: ['/', '/namespaces', '/namespaces/new', DEV, `${DEV}/workloads`, `${DEV}/quota`, `${DEV}/access`, '/requests?queue=all', '/me'],
  platform: ['/teams/payments', '/clusters', `/clusters/${CLUSTER}`, '/admin/classes', '/admin/classes/production/draft', '/admin/people'],
  auditor: ['/admin/audit'],
};

for (const [role, paths] of Object.entries(MAIN)) {
  test(`pages of ${role} are whole at twice the size`, async ({ as }) => {
    const page = await as(role, TWICE);
    for (const path of paths) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect.soft(await cut(page), path).toEqual([]);
    }
  });
}

test('the longest names are whole on the narrowest screen', async ({ as, api }) => {
  const name = `payments-${unused('x'.repeat(46))}`;
  const { number } = await (await api('developer')).ask({ name, purpose: `${'why'.repeat(80)} ${'w'.repeat(200)}` });
  const page = await as('developer');
  for (const viewport of [NARROWEST, { width: 1440, height: 900 }]) {
    await page.setViewportSize(viewport);
    for (const path of [`/requests/${number}`, '/requests?queue=mine', '/', `/search?q=${name}`]) {
      await page.goto(path);
      await expect(page.getByText(name).first()).toBeVisible();
      expect.soft(await cut(page), `${path} at ${viewport.width}`).toEqual([]);
    }
    await page.goto(`/requests/${number}`);
    await page.locator('summary', { hasText: 'Withdraw' }).click();
    await expect(page.getByRole('button', { name: 'Withdraw request' })).toBeInViewport();
    expect.soft(await cut(page), `withdrawing at ${viewport.width}`).toEqual([]);
  }
});

test('a button that was pressed shows it, and sends once', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const page = await as('owner');
  await page.goto(`/requests/${number}`);
  const sent = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  // Pressed again as soon as it was pressed; what it looked like is kept for the page that follows.
  await page.evaluate(() => {
    addEventListener('submit', ({ submitter }) => {
      setTimeout(() => {
        sessionStorage.setItem('busy', submitter.getAttribute('aria-busy'));
        submitter.click();
      });
    });
  });
  await approve(page);
  await expect(page.getByRole('status').filter({ hasText: `REQ-${number}` })).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem('busy'))).toBe('true');
  expect(sent).toHaveLength(1);
});

test('a form that went wrong can be sent again', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/namespaces/new');
  await page.getByRole('button', { name: 'Submit request' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Submit request' })).not.toHaveAttribute('aria-busy');
  await fillAsk(page, { name: 'Not a name' });
  await page.getByRole('button', { name: 'Submit request' }).click();
  await expect(page.getByRole('alert').getByRole('link', { name: /^Name\b/ })).toBeVisible();
});

test('in forced colours what is chosen and how much is used can be told', async ({ as }) => {
  const page = await as('developer', { forcedColors: 'active' });
  await page.goto('/namespaces/new');
  const [chosen, other] = await page.locator('.choice').evaluateAll((choices) => {
    const look = (choice) => `${getComputedStyle(choice).outlineStyle} ${getComputedStyle(choice).borderColor}`;
    const isChosen = (choice) => choice.querySelector(':checked') !== null;
    return [look(choices.find(isChosen)), look(choices.find((choice) => !isChosen(choice)))];
  });
  expect(chosen).not.toBe(other);
  await page.goto(DEV);
  const [fill, track] = await page.locator('.bar').first().evaluate((bar) => {
    return ['.fill', '.track'].map((part) => getComputedStyle(bar.querySelector(part)).fill);
  });
  expect(fill).not.toBe(track);
});

test('on paper there is what was decided, and nothing to press', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const page = await as('owner');
  await page.goto(`/requests/${number}`);
  await approve(page);
  await expect(panel(page, 'Who decided')).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(panel(page, 'Who decided')).toBeVisible();
  await expect(page.getByRole('button').filter({ visible: true })).toHaveCount(0);
  await expect(page.getByRole('navigation').filter({ visible: true })).toHaveCount(0);
});

// What one cannot see whole: controls and headings that reach out of the window where nothing scrolls, words that are
// wider than what holds them and do not end in an ellipsis, and the page itself if it scrolls sideways.
function cut(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    const found = document.scrollingElement.scrollWidth > root.clientWidth ? ['the page scrolls sideways'] : [];
    const scrolls = (element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
    const isInScroller = (element) => element !== null && (scrolls(element) || isInScroller(element.parentElement));
    for (const element of document.querySelectorAll('main :is(h1, h2, h3, a, button, input, select, textarea, p, dt, dd, .badge)')) {
      const { left, right, width } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      if (width <= 1 || element.closest('.unseen') || !element.checkVisibility({ opacityProperty: true })) continue;
      const isOut = (left < -1 || right > root.clientWidth + 1) && !isInScroller(element.parentElement);
      const isCramped = element.matches('button, .btn, .badge, h1, h2, h3') && element.scrollWidth > element.clientWidth + 1;
      if (isOut || (isCramped && style.textOverflow !== 'ellipsis')) found.push(element.outerHTML.slice(0, 160));
    }
    return found;
  });
}
