// The test function of all journeys, with people who are signed in and an API that cleans up after itself.
import { test as base, expect } from '@playwright/test';
import { Api } from './api.js';
import { account, demo } from './demo.js';
import { watch } from './watch.js';

export { expect };

export const test = base.extend({
  // Opens an empty page in a browser of its own: `await open()`, `await open({ javaScriptEnabled: false })`. `loses` names
  // the files that a test keeps from it: what the browser says of them is no trouble.
  open: async ({ browser }, use) => {
    const opened = [];
    await use(async ({ loses, ...options } = {}) => {
      const context = await browser.newContext(options);
      opened.push({ context, troubles: await watch(context, { hasScript: options.javaScriptEnabled ?? true, loses }) });
      return context.newPage();
    });
    for (const { context } of opened) await context.close();
    expect(opened.flatMap(({ troubles }) => troubles)).toEqual([]);
  },

  // The same for somebody who is signed in: `await as('owner')`.
  as: async ({ open, sessions }, use) => {
    await use(async (role, options = {}) => open({ storageState: await sessions(role), ...options }));
  },

  // The JSON API as somebody: `await api('owner')`. What was asked through it and nobody decided is withdrawn at the end.
  api: async ({}, use) => {
    const apis = [];
    await use(async (role) => {
      const api = await Api.as(role);
      apis.push(api);
      return api;
    });
    for (const api of apis) await api.close();
  },

  // Signs every account in once per worker: the cookies of its browser.
  sessions: [
    async ({ browser }, use) => {
      const states = new Map();
      await use((role) => {
        if (!states.has(role)) states.set(role, signedIn(browser, role));
        return states.get(role);
      });
    },
    { scope: 'worker' },
  ],
});

// Fills in the page of the identity provider.
export async function signIn(page, role) {
  const { email, password } = account(role);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signedIn(browser, role) {
  const context = await browser.newContext({ baseURL: demo.url });
  const page = await context.newPage();
  await page.goto('/auth/login?return_to=/');
  await signIn(page, role);
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  const state = await context.storageState();
  await context.close();
  return state;
}
