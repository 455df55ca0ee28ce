// Search from anywhere, favourites, and where one was last.
import { CLUSTER } from './demo.js';
import { expect, test } from './berth.js';
import { note } from './desk.js';

const DEV = `/namespaces/${CLUSTER}/payments-dev`;

function palette(page) {
  return page.getByRole('dialog', { name: 'Search' });
}

async function openByKey(page) {
  // The key works once the island is awake.
  await expect(page.getByRole('button', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(palette(page)).toBeVisible();
}

test('the keyboard alone finds a namespace and opens it', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/teams');
  await openByKey(page);
  const box = palette(page).getByRole('combobox');
  await expect(box).toBeFocused();
  await page.keyboard.type('payments-d');
  const chosen = palette(page).getByRole('option', { selected: true });
  await expect(chosen).toHaveText('payments-dev');
  await expect(box).toHaveAttribute('aria-activedescendant', await chosen.getAttribute('id'));
  await page.keyboard.press('ArrowDown');
  await expect(chosen).not.toHaveText('payments-dev');
  await page.keyboard.press('ArrowUp');
  await expect(chosen).toHaveText('payments-dev');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(DEV);
});

test('the palette offers pages before anything is typed, and closes', async ({ as }) => {
  const page = await as('platform');
  await page.goto('/');
  await openByKey(page);
  await expect(palette(page).getByRole('option', { name: 'Platform roles' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette(page)).toBeHidden();
});

test('what nobody may see is not found', async ({ as }) => {
  const page = await as('stranger');
  await page.goto('/');
  await openByKey(page);
  await page.keyboard.type('payments');
  await expect(note(palette(page), 'no-match')).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a phone searches by the looking-glass, ${how}`, async ({ as }) => {
    const page = await as('developer', { javaScriptEnabled, viewport: { width: 390, height: 844 } });
    await page.goto('/');
    await page.getByRole('link', { name: 'Search' }).click();
    if (javaScriptEnabled) {
      await palette(page).getByRole('combobox').fill('payments-dev');
      await palette(page).getByRole('option', { name: 'payments-dev', exact: true }).click();
    } else {
      await page.getByLabel('Name or number').fill('payments-dev');
      await page.getByRole('button', { name: 'Search', exact: true }).click();
      await page.getByRole('main').getByRole('link', { name: 'payments-dev', exact: true }).click();
    }
    await expect(page).toHaveURL(DEV);
  });

  test(`a favourite and where one was are in the menu, ${how}`, async ({ as }) => {
    const page = await as('developer', { javaScriptEnabled });
    await page.goto(DEV);
    await page.getByRole('button', { name: 'Add to favourites' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'payments-dev' })).toBeVisible();
    await page.goto('/teams');
    const rail = page.getByRole('navigation', { name: 'Main' });
    await expect(rail.getByRole('link', { name: 'payments-dev' })).toHaveCount(2);
    await expect(page.getByRole('status').filter({ hasText: 'payments-dev' })).toHaveCount(0);
    await page.goto(DEV);
    await page.getByRole('button', { name: 'Favourite', exact: true }).click();
    await page.goto('/teams');
    await expect(rail.getByRole('link', { name: 'payments-dev' })).toHaveCount(1);
  });
}
