// The product's pages as people use them: what a journey does on more than one page.
import { expect } from './berth.js';

// Fills in the form for a new namespace. The name is without the team's prefix; `own` are own numbers.
export async function fillAsk(page, { className, name, size, own, purpose }) {
  if (className) await page.getByRole('radio', { name: className }).check();
  if (name) await page.getByLabel('Name', { exact: true }).fill(name);
  if (size) await page.getByRole('radio', { name: new RegExp(`^${size}\\b`) }).check();
  if (own) {
    await page.getByRole('radio', { name: /^Custom\b/ }).check();
    for (const [label, amount] of Object.entries(own)) await page.getByLabel(label, { exact: true }).fill(amount);
  }
  if (purpose) await page.getByLabel('Purpose').fill(purpose);
}

// Presses the button and answers the new request's path, on whose page it ends.
export async function ask(page) {
  await page.getByRole('button', { name: 'Submit request' }).click();
  await expect(page).toHaveURL(/\/requests\/\d+$/);
  return new URL(page.url()).pathname;
}

// Fills in the numbers of another quota or revision: `{ CPU: '1', Memory: '2 GiB' }`.
export async function fillWish(page, wish) {
  await page.getByRole('radio', { name: /^Custom\b/ }).check();
  for (const [resource, amount] of Object.entries(wish)) await page.getByLabel(`${resource} you ask for`).fill(amount);
}

// Fills in what an approver grants: `{ CPU: '1', Memory: '2 GiB' }`.
export async function fillGrant(page, grant) {
  for (const [resource, amount] of Object.entries(grant)) await page.getByLabel(`${resource} you grant`).fill(amount);
}

// What goes with a decision; the conversation below it has a comment of its own.
export function comment(page) {
  return panel(page, 'Changes').getByLabel('Comment');
}

export function approve(page) {
  return page.getByRole('button', { name: 'Approve', exact: true }).click();
}

export function reject(page) {
  return page.getByRole('button', { name: 'Reject', exact: true }).click();
}

// A panel or section, by its heading.
export function panel(page, heading) {
  return page.locator('section, details', { has: page.getByRole('heading', { name: heading, exact: true }) });
}

// A note on a page, by its code: its words may change.
export function note(page, code) {
  return page.locator(`[data-note="${code}"]`);
}

// The stages of a plan that are `current`, `approved`, `waiting`, …: each with who decides it.
export function stage(part, state) {
  return part.locator(`[data-stage="${state}"]`);
}

// What happened to a thing, by kind: `completed`, `withdrawn`, …
export function happened(page, kind) {
  return page.locator(`.timeline [data-kind="${kind}"]`);
}

// The verdict beside a form: `automatic`, `review` or `refused`.
export function verdict(page, outcome) {
  return page.locator(`[data-slot="verdict"] [data-outcome="${outcome}"]`);
}

// The state of the thing a page is about, as its badge says it.
export function state(page) {
  return page.locator('main .head .badge').first();
}

// The row of a table, by its link.
export function row(page, name) {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
}
