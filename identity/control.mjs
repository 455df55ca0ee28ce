// What tests may change while the provider runs: accounts. Only who knows the client's secret may; it is in a file that
// only its owner reads.
import { timingSafeEqual } from 'node:crypto';
import { text } from 'node:stream/consumers';

// Answers `POST /control/accounts` with an account, which is made or replaced: { role, email, name, password, groups }.
// Without `groups` the claim is left out, `overage` says that they are kept elsewhere, `disabled` lets it in no more.
export async function handleControl(accounts, secret, request, response) {
  if (!request.url.startsWith('/control/')) return false;
  if (!isAllowed(secret, request)) {
    response.writeHead(403).end();
    return true;
  }
  if (request.method !== 'POST' || request.url !== '/control/accounts') {
    response.writeHead(404).end();
    return true;
  }
  const account = JSON.parse(await text(request));
  const at = accounts.findIndex(({ role }) => role === account.role);
  if (at < 0) accounts.push(account);
  else accounts[at] = account;
  response.writeHead(204).end();
  return true;
}

function isAllowed(secret, request) {
  const said = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${secret}`);
  return said.length === expected.length && timingSafeEqual(said, expected);
}
