// The identity provider of Berth's demo and tests: `node provider.mjs CONFIG.json`.
//
// One process, two issuers with the same accounts: http for Berth's own sign-in, so that no browser meets a certificate
// it does not know, and https for the cluster, because an API server accepts no other. Both listen on 127.0.0.1 only.
// It is no identity provider for anybody else: it lets everyone in as any of its accounts.
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { Provider, interactionPolicy } from 'oidc-provider';
import { BACK_CHANNEL, BackChannel } from './back-channel.mjs';
import { handleControl } from './control.mjs';
import { loadKeys } from './keys.mjs';
import { errorPage, handlePages, logoutPage, signedOutPage } from './pages.mjs';
import { twisted } from './tokens.mjs';

// { http_port, https_port, tls_cert_file, tls_key_file, accounts_file, keys_file, client_secret_file }; for tests also
// `http_listen_port`, where something else stands at `http_port`, and `clock_ahead_s`, by which the clock is wrong.
const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const accounts = JSON.parse(readFileSync(config.accounts_file, 'utf8'));
const keys = loadKeys(config.keys_file);

const clientSecret = readFileSync(config.client_secret_file, 'utf8').trim();

if (config.clock_ahead_s) setClockAhead(config.clock_ahead_s * 1000);

const HOUR = 60 * 60; // in seconds, as in OAuth

// `native` is the one kind of client whose loopback redirects may have any port (RFC 8252, 7.3): the demo and each
// test start their own Berth on a free port.
const berth = {
  client_id: 'berth',
  client_name: 'Berth',
  client_secret: clientSecret,
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/auth/callback'],
  post_logout_redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1/signed-out'],
  backchannel_logout_uri: BACK_CHANNEL,
  backchannel_logout_session_required: true,
};

const kubernetes = {
  client_id: 'kubernetes',
  client_name: 'kubectl',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1/callback', 'http://localhost/'],
};

listen(createHttpServer(), `http://127.0.0.1:${config.http_port}`, berth, config.http_listen_port);
listen(
  createHttpsServer({ cert: readFileSync(config.tls_cert_file), key: readFileSync(config.tls_key_file) }),
  `https://127.0.0.1:${config.https_port}`,
  kubernetes,
);

function listen(server, issuer, client, port = Number(new URL(issuer).port)) {
  const backChannel = new BackChannel();
  const provider = new Provider(issuer, configuration(client, backChannel));
  provider.on('authorization.success', (ctx) => backChannel.remember(ctx));
  const provided = { accounts, key: keys.signing[0], twist: undefined };
  provider.use(async (ctx, next) => {
    await next();
    const isRefresh = ctx.oidc?.params?.grant_type === 'refresh_token';
    if (isRefresh) await letGo(accounts, ctx.oidc.entities?.Account);
    const refusal = isRefresh && answerTo(accounts, ctx.oidc.entities?.Account);
    if (refusal) Object.assign(ctx, { status: refusal.status, body: { error: refusal.error } });
    if (isRefresh && isBare(accounts, ctx.oidc.entities?.Account)) delete ctx.body?.id_token;
    if (provided.twist && ctx.body?.id_token) ctx.body.id_token = twisted(provided.key, ctx.body.id_token, provided.twist);
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    // Without the query, which may hold a code.
    console.log(request.method, request.url.split('?')[0]);
    handleControl(provided, clientSecret, request, response)
      .then((handled) => handled || handlePages(provider, accounts, request, response))
      .then((handled) => handled || answer(request, response));
  });
  server.listen(port, '127.0.0.1');
}

function configuration(client, backChannel) {
  return {
    clients: [client],
    jwks: { keys: keys.signing },
    cookies: { keys: keys.cookies },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups', '_claim_names'] },
    conformIdTokenClaims: false, // the claims stand in the ID token, where Berth and the API server read them
    findAccount: (_, sub) => {
      const account = accounts.find(({ role, disabled }) => role === sub && !disabled);
      return account && { accountId: sub, claims: () => claims(account) };
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_, { grantTypes }) => grantTypes.includes('refresh_token'),
    loadExistingGrant: grantEverything,
    interactions: { policy: withoutConsent(), url: (_, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: logoutPage, postLogoutSuccessSource: signedOutPage },
    },
    renderError: errorPage,
    fetch: (url, options) => backChannel.fetch(url, options),
    ttl: { AccessToken: HOUR, AuthorizationCode: 60, IdToken: HOUR, RefreshToken: 24 * HOUR, Session: 24 * HOUR, Grant: 24 * HOUR, Interaction: HOUR },
  };
}

function claims({ role, email, email_verified = true, name, groups, overage }) {
  const elsewhere = overage ? { _claim_names: { groups: 'src1' } } : {};
  return { sub: role, email, email_verified, name, groups, ...elsewhere };
}

// What an account is answered instead of new tokens.
function answerTo(accounts, account) {
  const { answer: error, status } = accounts.find(({ role }) => role === account?.accountId) ?? {};
  return error && { error, status: status ?? (error === 'invalid_client' ? 401 : 400) };
}

// Whether its refresh token brings no ID token.
function isBare(accounts, account) {
  return accounts.find(({ role }) => role === account?.accountId)?.bare;
}

// Keeps the answer back for as long as the account is held.
async function letGo(accounts, account) {
  const isHeld = () => accounts.find(({ role }) => role === account?.accountId)?.held;
  if (isHeld()) console.log('an answer is held back');
  while (isHeld()) await setTimeout(20);
}

function setClockAhead(ms) {
  const now = Date.now;
  Date.now = () => now() + ms;
}

// Nobody is asked for consent: Berth and kubectl belong to whoever started this provider.
function withoutConsent() {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  return policy;
}

async function grantEverything({ oidc }) {
  const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope('openid offline_access profile email groups');
  await grant.save();
  return grant;
}
