// How long a namespace stays: extended with one click or another day, deleted with its name typed, and restored.
import { CLUSTER, kubectl } from './demo.js';
import { expect, test } from './berth.js';
import { approve, note, panel, stage, state, verdict } from './desk.js';

const page_of = (name) => `/namespaces/${CLUSTER}/${name}`;

// A day so many days from now, as fields hold it.
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const replicas = (name) => kubectl('get', 'deployment', 'web', '-n', name, '-o', 'jsonpath={.spec.replicas}');

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`what expires soon says so, and leads to another day, ${how}`, async ({ as, api }) => {
    const name = await (await api('developer')).ready({ class: 'sandbox' });
    const developer = await as('developer', { javaScriptEnabled });
    await developer.goto(page_of(name));
    await expect(note(developer, 'expires')).toBeVisible();
    await developer.getByRole('link', { name: 'Choose another day' }).click();
    await developer.getByLabel('Expires on').fill(day(60));
    await developer.getByLabel('Reason').fill('The trial goes on until spring');
    await developer.getByRole('button', { name: 'Submit request' }).click();
    await expect(state(developer)).toHaveText('In review');
  });
}

test('a later day is decided, and may be granted for less', async ({ as, api }) => {
  const name = await (await api('developer')).ready({ class: 'sandbox' });
  const developer = await as('developer');
  await developer.goto(`${page_of(name)}/extend`);
  await developer.getByLabel('Expires on').fill(day(90));
  await expect(stage(verdict(developer, 'review'), 'current')).toContainText('Payments');
  await developer.getByLabel('Reason').fill('The trial goes on until spring');
  await developer.getByRole('button', { name: 'Submit request' }).click();
  await expect(developer).toHaveURL(/\/requests\/\d+$/);

  const owner = await as('owner');
  await owner.goto(new URL(developer.url()).pathname);
  await owner.getByLabel('Expires on').fill(day(30));
  await approve(owner);
  for (const page of [owner, developer]) await expect(note(page, 'completed')).toContainText(day(30));
});

test('a namespace is deleted with its name typed, suspended at once, and restored with what ran in it', async ({ as, api }) => {
  const name = await (await api('developer')).ready();
  await kubectl('create', 'deployment', 'web', '-n', name, '--image=example.org/web:1', '--replicas=2');
  const developer = await as('developer');
  await developer.goto(page_of(name));
  await developer.getByRole('link', { name: 'Delete namespace' }).click();
  await expect(panel(developer, 'What is inside')).toContainText('web');
  await developer.getByLabel('Reason').fill('Moved to the new cluster');
  await developer.getByLabel('Name of the namespace').fill('another');
  await developer.getByRole('button', { name: 'Request deletion' }).click();
  await expect(developer.getByRole('alert').getByRole('link')).toHaveCount(1);
  await developer.getByLabel('Name of the namespace').fill(name);
  await developer.getByRole('button', { name: 'Request deletion' }).click();
  await expect(state(developer)).toHaveText('Completed');

  await developer.getByRole('link', { name: 'Open the namespace' }).click();
  await expect(note(developer, 'suspended')).toBeVisible();
  await expect.poll(() => replicas(name), { timeout: 30_000 }).toBe('0');
  await developer.getByRole('button', { name: 'Restore' }).click();
  await expect(note(developer, 'suspended')).toBeHidden();
  await expect.poll(() => replicas(name), { timeout: 30_000 }).toBe('2');
});
