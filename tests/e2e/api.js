// The JSON API, for what must be there before a journey begins and for what others do meanwhile.
import { expect, request } from '@playwright/test';
import { CLUSTER, account, demo, unused } from './demo.js';

const GIB = 1024 ** 3;

// Small, so that the demo's cluster has room for many runs.
export const ASKED = { cpu_m: 500, memory_bytes: GIB, storage_bytes: GIB, pods: 5 };

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
      quota: ask.size ? undefined : ASKED,
      ...ask,
    });
    this.asked.push(request.number);
    return request;
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
      if (state === 'in_review') await this.post(`requests/${number}/withdraw`);
    }
    await this.http.dispose();
  }
}

async function answer(response) {
  const text = await response.text();
  expect(response.ok(), `${response.url()} answered ${response.status()}: ${text}`).toBe(true);
  return text === '' ? null : JSON.parse(text);
}
