// Theme, keyboard and small screens.
import { expect, test } from './berth.js';
import { panel, stage, state } from './desk.js';

const PHONE = { width: 390, height: 844 };

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`the theme is in the page as it is served, ${how}`, async ({ as }) => {
    const page = await as('developer', { javaScriptEnabled, colorScheme: 'light' });
    await page.goto('/requests?queue=mine');
    for (const theme of ['dark', 'light']) {
      await page.getByRole('button', { name: `${theme} theme` }).click();
      await expect(page).toHaveURL('/requests?queue=mine');
      await expect(page.getByRole('button', { name: `${theme} theme` })).toHaveAttribute('aria-pressed', 'true');
      const served = await (await page.reload()).text();
      expect(served).toMatch(new RegExp(`<html[^>]* data-theme="${theme}"`));
      expect(await isDark(page)).toBe(theme === 'dark');
    }
    await page.getByRole('button', { name: 'Theme of your system' }).click();
    await expect(page.locator('html[data-theme]')).toHaveCount(0);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await isDark(page)).toBe(true);
  });
}

test('the keyboard skips to the content and reaches every control in sight', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/namespaces');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'New namespace', exact: true })).toBeFocused();

  await page.goto('/namespaces/new');
  const reached = await tabThrough(page, 40);
  expect(reached.filter(({ isMarked }) => !isMarked)).toEqual([]);
  const names = reached.map(({ name }) => name);
  for (const name of ['Home', 'Namespaces', 'team', 'cluster', 'class', 'name', 'size', 'purpose', 'Submit request', 'check']) {
    expect(names).toContain(name);
  }
  expect(names.indexOf('purpose')).toBeLessThan(names.indexOf('Submit request'));
});

test('keys move in lists, go places and show themselves', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/requests');
  await expect(page.getByRole('button', { name: 'Keyboard shortcuts' })).toBeVisible();
  const rows = page.locator('a.row');
  await page.keyboard.press('j');
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  // The row that had the focus goes with the news; the focus then stays a while in the dialog that is closed.
  await rows.nth(0).evaluate((row) => row.remove());
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeHidden();
  await page.keyboard.press('g');
  await page.keyboard.press('n');
  await expect(page).toHaveURL('/namespaces');
  await expect(page.getByRole('button', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('j');
  const name = await page.locator('a.row').first().innerText();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
});

test('news leave open what one has opened, and the focus where it is', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask({ class: 'production' });
  const page = await as('developer');
  await page.goto(`/requests/${number}`);
  await page.locator('summary', { hasText: 'Withdraw' }).click();
  const withdraw = page.getByRole('button', { name: 'Withdraw request' });
  await withdraw.focus();
  await (await api('owner')).approve(number);
  await expect(stage(panel(page, 'Who decides'), 'approved')).toContainText('Payments');
  await expect(withdraw).toBeFocused();
  await withdraw.press('Enter');
  await expect(state(page)).toHaveText('Withdrawn');
});

test('on a phone the rail is a drawer, without script', async ({ as }) => {
  const page = await as('developer', { javaScriptEnabled: false, viewport: PHONE });
  await page.goto('/');
  const rail = page.getByRole('navigation', { name: 'Main' });
  await expect(rail).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(rail).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(rail).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await rail.getByRole('link', { name: 'Requests' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Requests');
  await expect(rail).toBeHidden();
});

async function isDark(page) {
  const [background, text] = await page.evaluate(() => {
    const lightness = (colour) => Number(/oklch\(([\d.]+)/.exec(colour)[1]);
    const style = getComputedStyle(document.documentElement);
    return [lightness(style.backgroundColor), lightness(style.color)];
  });
  return background < text;
}

// What has the focus after each Tab until it leaves the page: its name, and whether one can see that it has it.
async function tabThrough(page, atMost) {
  const reached = [];
  for (let n = 0; n < atMost; n++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      // A choice and a field with a prefix show it around themselves.
      const seen = [element, element.parentElement];
      const isMarked = seen.some((one) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
      });
      return { name: element.name || element.title || element.innerText.trim(), isMarked };
    });
    if (!focused) break;
    reached.push(focused);
  }
  return reached;
}
