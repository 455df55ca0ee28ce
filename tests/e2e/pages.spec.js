// Every page with real data, looked at: see look.js.
import { CLUSTER, kubectl, unused } from './demo.js';
import { Api } from './api.js';
import { expect, test } from './berth.js';
import { approve, comment, fillAsk, fillGrant, fillWish, note, reject, state } from './desk.js';
import { look } from './look.js';

const DEV = `/namespaces/${CLUSTER}/payments-dev`;

test.describe.configure({ mode: 'parallel' });

// By name; whoever looks, where, and what they do there before it is looked at.
const PAGES = {
  welcome: { path: '/' },
  'signed-out': { path: '/signed-out' },
  'sign-in-expired': { path: '/auth/callback?code=none&state=none' },
  'no-team': { role: 'nobody', path: '/' },
  'not-found': { role: 'developer', path: '/namespaces/none/none' },
  'not-possible': { role: 'developer', path: '/theme' },

  'home-developer': { role: 'developer', path: '/' },
  'home-owner': { role: 'owner', path: '/' },
  'home-platform': { role: 'platform', path: '/' },

  namespaces: { role: 'developer', path: '/namespaces' },
  'namespaces-platform': { role: 'platform', path: '/namespaces' },
  'namespace-failing': { role: 'developer', path: DEV },
  'namespace-workloads': { role: 'developer', path: `${DEV}/workloads` },
  'namespace-events': { role: 'developer', path: `${DEV}/events` },
  'namespace-quota': { role: 'developer', path: `${DEV}/quota` },
  'namespace-quota-verdict': { role: 'developer', path: `${DEV}/quota`, then: (page) => checkQuota(page, { CPU: '6', Storage: '60 GiB' }) },
  'namespace-quota-below-use': { role: 'developer', path: `${DEV}/quota`, then: (page) => checkQuota(page, { CPU: '0.5', Pods: '2' }) },
  'namespace-quota-mistakes': {
    role: 'developer',
    path: `${DEV}/quota`,
    then: async (page) => {
      await fillWish(page, { CPU: 'lots', Memory: '2 GiB' });
      await page.getByRole('button', { name: 'Submit request' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'namespace-quota-read-only': { role: 'auditor', path: `${DEV}/quota` },
  'namespace-quota-history': { role: 'developer', path: `${DEV}/quota-history` },
  'namespace-access': { role: 'developer', path: `${DEV}/access` },
  'namespace-access-platform': { role: 'platform', path: `${DEV}/access` },
  'namespace-sync': { role: 'developer', path: `${DEV}/sync` },
  'namespace-sync-empty': { role: 'auditor', path: `/namespaces/${CLUSTER}/payments-sandbox/sync` },
  'namespace-activity': { role: 'developer', path: `${DEV}/activity` },
  'namespace-empty': { role: 'developer', path: `/namespaces/${CLUSTER}/payments-sandbox` },
  'namespace-failed': { role: 'developer', path: async () => `/namespaces/${CLUSTER}/${(await failed()).name}` },
  'namespace-empty-events': { role: 'developer', path: `/namespaces/${CLUSTER}/payments-sandbox/events` },

  'new-namespace': { role: 'developer', path: '/namespaces/new' },
  'new-namespace-verdict': { role: 'developer', path: '/namespaces/new', then: (page) => check(page, { size: 'M' }) },
  'new-namespace-automatic': {
    role: 'developer',
    path: '/namespaces/new',
    then: (page) => check(page, { className: 'Sandbox', size: 'S' }),
  },
  'new-namespace-beyond': {
    role: 'developer',
    path: '/namespaces/new',
    then: (page) => check(page, { className: 'Standard', own: { CPU: '900', Memory: '1 GiB', Storage: '1 GiB', Pods: '5' } }),
  },
  'new-namespace-mistakes': {
    role: 'developer',
    path: '/namespaces/new',
    then: async (page) => {
      await fillAsk(page, { name: 'Not a name', own: { CPU: 'lots', Memory: '2 GiB' } });
      await page.getByRole('button', { name: 'Submit request' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },

  search: { role: 'developer', path: '/search' },
  'search-found': { role: 'platform', path: '/search?q=payments' },
  'search-nothing': { role: 'developer', path: '/search?q=no+such+thing' },

  requests: { role: 'developer', path: '/requests' },
  'requests-to-decide': { role: 'owner', path: '/requests?queue=to_decide' },
  'requests-all': { role: 'developer', path: '/requests?queue=all' },
  'requests-my-teams': { role: 'owner', path: '/requests?queue=my_teams' },
  'requests-filtered': { role: 'developer', path: '/requests?queue=all&text=payments&kind=new_namespace&state=rejected' },
  'requests-nothing-matches': { role: 'developer', path: '/requests?queue=mine&text=no+such+thing' },
  'requests-failed': { role: 'platform', path: async () => (await failed()) && '/requests?queue=failed' },
  'requests-empty': { role: 'auditor', path: '/requests?queue=mine' },
  'request-in-review': { role: 'developer', path: request('payments-staging') },
  'request-to-decide': { role: 'owner', path: request('payments-staging') },
  'request-second-stage': { role: 'platform', path: request('payments-prod') },
  'request-completed': { role: 'developer', path: request('payments-dev') },
  'request-automatic': { role: 'developer', path: request('payments-sandbox') },
  'request-rejected': { role: 'developer', path: request('payments-load') },
  'request-withdrawn': { role: 'developer', path: request('payments-spike') },
  'request-failed': { role: 'platform', path: async () => `/requests/${(await failed()).number}` },
  'request-quota': { role: 'developer', path: request('payments-dev', { kind: 'quota', state: 'in_review' }) },
  'request-quota-to-decide': { role: 'owner', path: request('payments-dev', { kind: 'quota', state: 'in_review' }) },
  'request-quota-completed': { role: 'developer', path: request('payments-dev', { kind: 'quota', state: 'completed' }) },
  'request-superseded': { role: 'developer', path: request('payments-dev', { kind: 'quota', state: 'superseded' }) },
  'request-changes-requested': { role: 'developer', path: request('payments-batch') },
  'request-changes-requested-owner': { role: 'owner', path: request('payments-batch') },
  'request-revise': { role: 'developer', path: async () => `${await request('payments-batch')()}/revise` },
  'request-revise-owner': { role: 'owner', path: async () => `${await request('payments-batch')()}/revise` },
  'request-revise-mistakes': {
    role: 'developer',
    path: async () => `${await request('payments-batch')()}/revise`,
    then: async (page) => {
      await fillWish(page, { CPU: 'lots' });
      await page.getByRole('button', { name: 'Submit revision' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'request-without-reason': {
    role: 'owner',
    path: request('payments-staging'),
    then: async (page) => {
      await reject(page);
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'request-too-much': {
    role: 'owner',
    path: request('payments-staging'),
    then: async (page) => {
      await fillGrant(page, { CPU: '64', Memory: 'plenty' });
      await approve(page);
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },

  teams: { role: 'developer', path: '/teams' },
  'teams-platform': { role: 'platform', path: '/teams?archived=1' },
  'teams-nothing-matches': { role: 'platform', path: '/teams?text=no+such+thing' },
  team: { role: 'developer', path: '/teams/payments' },
  'team-platform': { role: 'platform', path: '/teams/payments' },
  'team-limits': { role: 'platform', path: '/teams/orders' },
  'team-new': { role: 'platform', path: '/admin/teams/new' },
  'team-edit': { role: 'platform', path: '/teams/orders/edit' },
  'team-mistakes': {
    role: 'platform',
    path: '/admin/teams/new',
    then: async (page) => {
      await page.getByLabel('Short name').fill('Not a name');
      await page.getByLabel('CPU', { exact: true }).fill('lots');
      await page.getByRole('button', { name: 'Create team' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'platform-roles': { role: 'platform', path: '/admin/platform-roles' },
  people: { role: 'platform', path: '/admin/people' },
  'people-nobody-matches': { role: 'platform', path: '/admin/people?text=no+such+thing' },
  person: { role: 'platform', path: person('owner') },
  clusters: { role: 'platform', path: '/clusters' },
  cluster: { role: 'platform', path: `/clusters/${CLUSTER}` },
  'cluster-settings': { role: 'platform', path: `/clusters/${CLUSTER}/settings` },
  'cluster-manifests': { role: 'platform', path: `/clusters/${CLUSTER}/manifests` },
  'cluster-new': { role: 'platform', path: '/clusters/new' },
  'cluster-mistakes': {
    role: 'platform',
    path: '/clusters/new',
    then: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Not a name');
      await page.getByRole('button', { name: 'Add cluster' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  catalog: { role: 'developer', path: '/catalog' },
  'catalog-namespace': { role: 'developer', path: `/catalog?namespace=${CLUSTER}/payments-dev` },
  'catalog-no-match': { role: 'developer', path: '/catalog?q=nothing-like-it' },
  'catalog-entry': { role: 'developer', path: '/catalog/postgresql' },
  curation: { role: 'platform', path: '/admin/catalog' },
  'curated-entry': { role: 'platform', path: '/admin/catalog/postgresql' },
  'curated-entry-auditor': { role: 'auditor', path: '/admin/catalog/postgresql' },
  'curated-entry-source': { role: 'platform', path: '/admin/catalog/metrics-server' },
  sources: { role: 'platform', path: '/admin/sources' },
  source: { role: 'platform', path: '/admin/sources/company-registry' },
  'source-auditor': { role: 'auditor', path: '/admin/sources/mirror' },
  'source-edit': { role: 'platform', path: '/admin/sources/company-registry/edit' },
  'source-mistakes': {
    role: 'platform',
    path: '/admin/sources/new',
    then: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('tried');
      await page.getByLabel('Address').fill('oci://10.0.0.1/charts');
      await page.getByRole('button', { name: 'Save and look at it' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'entry-new': { role: 'platform', path: '/admin/catalog/new' },
  'entry-edit': { role: 'platform', path: '/admin/catalog/postgresql/edit' },
  'entry-form': { role: 'platform', path: '/admin/catalog/postgresql/form?environment=production' },
  'version-review': { role: 'platform', path: '/admin/catalog/web-service/versions/1.1.0' },
  'version-first': { role: 'auditor', path: '/admin/catalog/redis/versions/1.0.0' },

  classes: { role: 'platform', path: '/admin/classes' },
  class: { role: 'platform', path: '/admin/classes/training' },
  'class-auditor': { role: 'auditor', path: '/admin/classes/production' },
  'class-new': { role: 'platform', path: '/admin/classes/new' },
  'class-draft': { role: 'platform', path: '/admin/classes/production/draft' },
  'class-draft-mistakes': {
    role: 'platform',
    path: '/admin/classes/production/draft',
    then: async (page) => {
      await page.getByLabel('Size 1: CPU').fill('lots');
      await page.getByLabel('Overcommit in percent').fill('some');
      await page.getByRole('button', { name: 'Save draft' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'class-preview': { role: 'platform', path: '/admin/classes/production/preview' },
  'class-move': { role: 'platform', path: '/admin/classes/training/move' },
  'class-move-nothing': { role: 'auditor', path: '/admin/classes/standard/move' },
  audit: { role: 'auditor', path: '/admin/audit' },
  'audit-filtered': { role: 'auditor', path: '/admin/audit?action=request.approved' },
  'audit-details': {
    role: 'auditor',
    path: '/admin/audit?action=class.published',
    then: (page) => page.getByText('Details').first().click(),
  },
  'audit-mistakes': { role: 'auditor', path: '/admin/audit?from=yesterday' },
  'audit-empty': { role: 'auditor', path: '/admin/audit?actor=nobody+at+all' },
  jobs: { role: 'platform', path: '/admin/jobs' },

  me: { role: 'developer', path: '/me' },
  'me-platform': { role: 'platform', path: '/me' },
  'me-mistakes': {
    role: 'developer',
    path: '/me',
    then: async (page) => {
      await page.getByLabel('Expires after days').fill('1000');
      await page.getByRole('button', { name: 'Create token' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  'api-docs': { role: 'developer', path: '/api/docs' },
};

for (const [name, { role, path, then }] of Object.entries(PAGES)) {
  test(`${name} is in order on every screen`, async ({ open, as }) => {
    if (name === 'api-docs') test.slow(); // the longest page by far
    const page = role ? await as(role) : await open();
    await page.goto(typeof path === 'function' ? await path() : path);
    await then?.(page);
    await look(page, name);
  });
}

test('request-decided-meanwhile is in order on every screen', async ({ as, api }) => {
  const requester = await api('developer');
  const { number } = await requester.ask();
  const owner = await as('owner');
  await owner.goto(`/requests/${number}`);
  await comment(owner).fill('Fine with me.');
  await requester.post(`requests/${number}/withdraw`);
  await approve(owner);
  await expect(note(owner, 'refused')).toBeVisible();
  await look(owner, 'request-decided-meanwhile');
});

test('request-applying is in order on every screen', async ({ as, api }) => {
  const { number } = await (await api('developer')).ask();
  const owner = await as('owner');
  // No news: the page stays as it was served right after the decision.
  await owner.route(/\/requests\/\d+$|\/live\?/, (route) =>
    route.request().isNavigationRequest() ? route.continue() : route.fulfill({ contentType: 'text/event-stream', body: '' }),
  );
  await owner.goto(`/requests/${number}`);
  await approve(owner);
  await expect(state(owner)).toHaveText(/Approved|Provisioning|Applying/);
  await look(owner, 'request-applying');
});

test('me-new-token is in order on every screen', async ({ as }) => {
  const page = await as('developer');
  await page.goto('/me');
  await page.getByLabel('Name', { exact: true }).fill(unused('picture'));
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.locator('.secret')).toBeVisible();
  await look(page, 'me-new-token');
  await page.getByRole('button', { name: /^Revoke picture/ }).first().click();
});

async function check(page, ask) {
  await fillAsk(page, { name: 'harbour', purpose: 'Reconciling the payments of the harbour region', ...ask });
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page).toHaveURL(/check=1/);
}

async function checkQuota(page, wish) {
  await fillWish(page, wish);
  await page.getByLabel('Reason').fill('Rehearsal of the sales week, with a third of the load');
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page).toHaveURL(/check=1/);
}

// The path of the demo's request for a namespace, or of another one about it.
function request(name, { kind = 'new_namespace', state = null } = {}) {
  return async () => {
    const { items } = await (await platform()).get(`requests?text=${name}&kind=${kind}&limit=200`);
    const found = items.find((request) => request.name === name && (state === null || request.state === state));
    return `/requests/${found.number}`;
  };
}

function person(role) {
  return async () => {
    const { items } = await (await platform()).get(`people?text=${encodeURIComponent(`${role}@berth.test`)}`);
    return `/admin/people/${items.find(({ email }) => email === `${role}@berth.test`).id}`;
  };
}

// A request that failed: somebody else's namespace has its name already.
async function failed() {
  const { items } = await (await platform()).get('requests?queue=failed');
  if (items.length > 0) return items[0];
  const name = `payments-${unused('taken')}`;
  const { number } = await (await Api.as('developer')).ask({ name, purpose: 'Settling refunds at night' });
  await kubectl('create', 'namespace', name);
  const owner = await Api.as('owner');
  await owner.approve(number);
  await owner.untilState(number, 'failed');
  return owner.get(`requests/${number}`);
}

function platform() {
  return Api.as('platform');
}
