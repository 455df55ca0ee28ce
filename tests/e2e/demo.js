// The running demo: where it is, who may sign in, and its JSON API and cluster for what a test needs beside the browser.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const TARGET = new URL('../../target/', import.meta.url);

// { url, issuer, kubeconfig, accounts: [{ role, email, password, token }] }
export const demo = JSON.parse(readFileSync(process.env.BERTH_DEMO ?? new URL('demo/demo.json', TARGET), 'utf8'));

// What the seed calls the demo's one cluster.
export const CLUSTER = 'harbour-1';

export function account(role) {
  const found = demo.accounts.find((account) => account.role === role);
  if (!found) throw new Error(`the demo has no account ${role}`);
  return found;
}

// A path in the build directory, where pictures go.
export function target(path) {
  return new URL(path, TARGET).pathname;
}

// As the cluster's administrator.
export function kubectl(...args) {
  return kubectlWith(demo.kubeconfig, ...args);
}

export async function kubectlWith(kubeconfig, ...args) {
  const { stdout } = await promisify(execFile)(target('devcluster/devcluster'), ['kubectl', '--kubeconfig', kubeconfig, ...args]);
  return stdout;
}

// A name nobody has used yet: the demo may have seen earlier runs.
export function unused(word) {
  const suffix = Math.random().toString(36).slice(2, 7);
  return `${word}-${suffix}`;
}
