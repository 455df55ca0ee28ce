// Back-channel logout to a client that runs at several addresses at once.
//
// A client has one back-channel address, but every Berth on this machine (the demo, each test) is the same client on a
// port of its own. So the registered address stands for all of them, and the logout goes to where the sign-in came from.
export const BACK_CHANNEL = 'http://127.0.0.1/auth/backchannel-logout';

export class BackChannel {
  #origins = new Map(); // session id (`sid`) -> origins of the clients that signed in with it

  remember({ oidc }) {
    const sid = oidc.session?.sidFor(oidc.client.clientId);
    if (!sid) return;
    const origins = this.#origins.get(sid) ?? new Set();
    this.#origins.set(sid, origins.add(new URL(oidc.params.redirect_uri).origin));
  }

  // The provider's `fetch`. It leaves out the provider's own dispatcher, which refuses loopback addresses.
  async fetch(url, { method, headers, body, signal, redirect }) {
    const options = { method, headers, body, signal, redirect };
    if (url !== BACK_CHANNEL) return fetch(url, options);
    const answers = await Promise.all(this.#targets(body).map((target) => fetch(target, options)));
    return answers.find(({ ok }) => !ok) ?? new Response(null, { status: 204 });
  }

  #targets(body) {
    const [, payload] = body.get('logout_token').split('.');
    const { sid } = JSON.parse(Buffer.from(payload, 'base64url'));
    const origins = this.#origins.get(sid) ?? new Set();
    this.#origins.delete(sid);
    return [...origins].map((origin) => origin + new URL(BACK_CHANNEL).pathname);
  }
}
