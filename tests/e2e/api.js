// The JSON API, for what must be there before a journey begins and for what others do meanwhile.
import { expect, request } from '@playwright/test';
import { CLUSTER, account, demo, unused } from './demo.js';

const GIB = 1024 ** 3;

// Small, so that the demo's cluster has room for many runs.
export const ASKED = { cpu_m: 500, memory_bytes: GIB, storage_bytes: GIB, pods: 5 };
// A container in production gets more than that.
export const ASKED_OF_PRODUCTION = { ...ASKED, cpu_m: 1000 };

export class Api {
  static async as(role) {
    const extraHTTPHeaders = { authorization: `Bearer ${account(role).token}` };
    return new Api(await request.newContext({ baseURL: demo.url, extraHTTPHeaders }));
  }

  constructor(http) {
    this.http = http;
    this.asked = [];
  }

  async get(path) {
    return answer(await this.http.get(`/api/v1/${path}`));
  }

  async post(path, data = {}) {
    return answer(await this.http.post(`/api/v1/${path}`, { data }));
  }

  // Whatever its version is.
  async put(path, data) {
    return answer(await this.http.put(`/api/v1/${path}`, { data, headers: { 'if-match': '*' } }));
  }

  // Asks for a namespace of `payments`, unless told otherwise; answers the request.
  async ask(ask = {}) {
    const team = ask.team ?? 'payments';
    const request = await this.post('requests', {
      kind: 'new_namespace',
      team,
      cluster: CLUSTER,
      class: 'standard',
      name: `${team}-${unused('trial')}`,
      purpose: 'Trying something out',
      quota: ask.size ? undefined : ask.class === 'production' ? ASKED_OF_PRODUCTION : ASKED,
      ...ask,
    });
    this.asked.push(request.number);
    return request;
  }

  // A namespace that is ready, asked for by this person and approved by its owner; answers its name.
  async ready(ask = {}) {
    const { number, name, state } = await this.ask(ask);
    if (state === 'in_review') {
      const owner = await Api.as('owner');
      await owner.approve(number);
      await owner.close();
    }
    await this.untilState(number, 'completed');
    return name;
  }

  // Asks for another quota of a namespace made by `ready`: what it has, but for `changes`.
  async askQuota(name, changes) {
    const quota = { ...ASKED, ...changes };
    const request = await this.post('requests', { kind: 'quota', cluster: CLUSTER, name, quota, purpose: 'It grows' });
    this.asked.push(request.number);
    return request;
  }

  // Waits until the cluster counts this much of a resource.
  async untilUsed(name, resource, amount) {
    const used = async () => (await this.get(`namespaces/${CLUSTER}/${name}`)).lines.find((line) => line.resource === resource).used;
    await expect.poll(used, { timeout: 30_000 }).toBe(amount);
  }

  async approve(number, grant = null) {
    return this.post(`requests/${number}/approve`, { revision: 1, grant });
  }

  async reject(number, comment) {
    return this.post(`requests/${number}/reject`, { revision: 1, comment });
  }

  async untilState(number, state) {
    await expect.poll(async () => (await this.get(`requests/${number}`)).state, { timeout: 30_000 }).toBe(state);
  }

  // Takes back what was asked here and nobody has decided.
  async close() {
    for (const number of this.asked) {
      const { state } = await this.get(`requests/${number}`);
      if (['in_review', 'changes_requested'].includes(state)) await this.post(`requests/${number}/withdraw`);
    }
    await this.http.dispose();
  }
}

async function answer(response) {
  const text = await response.text();
  expect(response.ok(), `${response.url()} answered ${response.status()}: ${text}`).toBe(true);
  return text === '' ? null : JSON.parse(text);
}
