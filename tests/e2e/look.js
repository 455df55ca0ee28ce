// How a page is looked at: a picture and an accessibility check in both themes and on two screens, and what holds for all.
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from './berth.js';
import { target } from './demo.js';

const THEMES = ['light', 'dark'];
const WIDTHS = [1440, 390];
const NARROWEST = 320;
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

// Some pages are many screens long.
const LONG_PAGE = 40_000;

// Pictures go to target/screenshots/NAME-WIDTH-THEME.png.
export async function look(page, name) {
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width > 1000 ? 900 : 844 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: target(`screenshots/${name}-${width}-${colorScheme}.png`), fullPage: true, timeout: LONG_PAGE });
      expect.soft(await violations(page), `${name}, ${width} px, ${colorScheme}`).toEqual([]);
    }
    expect.soft(await overflow(page), `${name}, ${width} px`).toBe(0);
  }
  await page.setViewportSize({ width: NARROWEST, height: 640 });
  expect.soft(await overflow(page), `${name}, ${NARROWEST} px`).toBe(0);
}

// As lines to read: the rule, and the elements that break it.
async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(WCAG).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

// How far one could scroll sideways.
function overflow(page) {
  return page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
}
