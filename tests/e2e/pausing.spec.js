// A cluster on which nothing may be asked for. The demo has one cluster only: see playwright.config.js for when this runs.
import { CLUSTER, unused } from './demo.js';
import { expect, test } from './berth.js';
import { fillAsk, note, row } from './desk.js';

test('nothing may be asked for on a paused cluster, and whoever would reads why', async ({ as }) => {
  const platform = await as('platform');
  await platform.goto(`/clusters/${CLUSTER}`);
  await platform.getByLabel('Reason for the pause').fill('Its nodes are replaced until noon');
  await platform.getByRole('button', { name: 'Pause' }).click();
  await expect(note(platform, 'paused')).toBeVisible();
  try {
    await platform.goto('/clusters');
    await expect(row(platform, CLUSTER)).toContainText('Paused');
    const developer = await as('developer');
    await developer.goto('/namespaces/new');
    await fillAsk(developer, { className: 'Sandbox', name: unused('late'), size: 'S', purpose: 'Cannot wait' });
    await developer.getByRole('button', { name: 'Submit request' }).click();
    await expect(developer.getByRole('main')).toContainText('Its nodes are replaced until noon');
    await expect(developer).toHaveURL(/\/namespaces\/new\?form_token=\w+$/);
  } finally {
    await platform.goto(`/clusters/${CLUSTER}`);
    await platform.getByRole('button', { name: 'Resume' }).click();
    await expect(note(platform, 'paused')).toHaveCount(0);
  }
});
