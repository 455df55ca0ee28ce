// What tests may change while the provider runs, and have it sign. Only who knows the client's secret may; it is in a
// file that only its owner reads.
import { timingSafeEqual } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { sign } from './tokens.mjs';

// `accounts`, the signing `key`, and `twist`: the claims that are laid over those of every ID token.
//
// POST /control/accounts  an account, which is made or replaced: { role, email, name, password, groups }. Without `groups`
//                         the claim is left out, `overage` says that they are kept elsewhere, `disabled` lets it in no more,
//                         `answer` is an error instead of new tokens for its refresh token, `status` what it comes with;
//                         `held` keeps that answer back for as long as it is set, `bare` leaves the ID token out of it
// POST /control/id-token  `twist` from now on; null takes a claim away, `header` is laid over the header
// POST /control/sign      { header, claims }, answered with a token
export async function handleControl(provided, secret, request, response) {
  if (!request.url.startsWith('/control/')) return false;
  if (!isAllowed(secret, request)) {
    response.writeHead(403).end();
    return true;
  }
  const order = request.method === 'POST' && ORDERS[request.url];
  if (!order) {
    response.writeHead(404).end();
    return true;
  }
  const said = order(provided, JSON.parse(await text(request)));
  response.writeHead(said ? 200 : 204).end(said);
  return true;
}

const ORDERS = {
  '/control/accounts': ({ accounts }, account) => {
    const at = accounts.findIndex(({ role }) => role === account.role);
    if (at < 0) accounts.push(account);
    else accounts[at] = account;
  },
  '/control/id-token': (provided, claims) => {
    provided.twist = claims;
  },
  '/control/sign': ({ key }, { header, claims }) => sign(key, header, claims),
};

function isAllowed(secret, request) {
  const said = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${secret}`);
  return said.length === expected.length && timingSafeEqual(said, expected);
}
