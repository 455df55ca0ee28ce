// The pages that people see: sign-in, sign-out and errors. Plain HTML that works without script.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const STYLE = readFileSync(new URL('./style.css', import.meta.url));
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  // A browser holds the redirects after a form to form-action too, and they end at a client on a port of its own.
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:* http://localhost:*; base-uri 'none'; frame-ancestors 'none'",
};

// Answers the pages that are ours; says whether it did, else the request is the provider's.
export async function handlePages(provider, accounts, request, response) {
  const { pathname } = new URL(request.url, provider.issuer);
  if (pathname === '/style.css') {
    response.writeHead(200, { 'content-type': 'text/css' }).end(STYLE);
    return true;
  }
  if (!pathname.startsWith('/interaction/')) return false;
  try {
    await signIn(provider, accounts, request, response);
  } catch (error) {
    const page = layout('Sign-in is not possible', `<p>${escape(error.error_description ?? error.message)}</p><p>Go back to where you came from and start again.</p>`);
    response.writeHead(error.statusCode ?? 500, HEADERS).end(page);
  }
  return true;
}

async function signIn(provider, accounts, request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, HEADERS).end(signInPage(accounts, { email: params.login_hint }));
    return;
  }
  const form = new URLSearchParams(await text(request));
  const account = chosenAccount(accounts, form);
  if (!account) {
    const page = signInPage(accounts, { email: form.get('email'), problem: 'E-mail and password do not belong to an account of this demo.' });
    response.writeHead(401, HEADERS).end(page);
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: account.role } }, { mergeWithLastSubmission: false });
}

// A button names an account and needs no password: everybody who reaches this page can read the passwords anyway.
function chosenAccount(accounts, form) {
  const enabled = accounts.filter(({ disabled }) => !disabled);
  if (form.has('account')) return enabled.find(({ role }) => role === form.get('account'));
  return enabled.find(({ email, password }) => email === form.get('email') && password === form.get('password'));
}

function signInPage(accounts, { email, problem }) {
  const buttons = accounts.map(
    ({ role, name, email, groups }) => `<li><button name="account" value="${escape(role)}">
      <strong>${escape(name)}</strong> <span>${escape(email)}</span> <small>${escape(groups?.join(', ') || 'no team')}</small>
    </button></li>`,
  );
  return layout('Sign in', `
    <p>The identity provider of the Berth demo. Its accounts exist on this machine only.</p>
    ${problem ? `<p role="alert">${escape(problem)}</p>` : ''}
    <form method="post"><ul>${buttons.join('')}</ul></form>
    <h2>With e-mail and password</h2>
    <form method="post">
      <label>E-mail <input type="email" name="email" value="${escape(email ?? '')}" autocomplete="username" required></label>
      <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
      <button>Sign in</button>
    </form>`);
}

// `form` is the provider's own form, which carries its guard against forged requests.
export function logoutPage(ctx, form) {
  const id = /id="([^"]+)"/.exec(form)[1];
  ctx.set(HEADERS);
  ctx.body = layout('Sign out', `
    <p>Sign out of the demo's identity provider as well?</p>
    ${form}
    <p class="choices">
      <button form="${id}" name="logout" value="yes">Sign out</button>
      <button form="${id}" class="quiet">Stay signed in here</button>
    </p>`);
}

export function signedOutPage(ctx) {
  ctx.set(HEADERS);
  ctx.body = layout('Signed out', '<p>You are signed out. You can close this page.</p>');
}

export function errorPage(ctx, { error, error_description: description }) {
  ctx.set(HEADERS);
  ctx.body = layout('That did not work', `<p>${escape(description ?? error)}</p><p><code>${escape(error)}</code></p>`);
}

function layout(title, body) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Berth demo</title>
<link rel="stylesheet" href="/style.css">
<main><h1>${escape(title)}</h1>${body}</main>
</html>`;
}

function escape(value) {
  return String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
