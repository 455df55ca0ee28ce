// What no page may do, whatever a test looks at: complain, break the content security policy, ask another host.
import { demo } from './demo.js';

const OURS = [new URL(demo.url).host, new URL(demo.issuer).host];

// Gathers what goes wrong on all pages of a context, as lines to read.
export async function watch(context, { hasScript, loses }) {
  const troubles = [];
  const note = (page, what) => troubles.push(`${page?.url() ?? 'a page'}: ${what}`);
  const refusedDocuments = new Set();

  context.on('response', (response) => {
    if (response.request().isNavigationRequest() && response.status() >= 400) refusedDocuments.add(response.url());
  });
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    // A page that says 404 or 422 was asked for; the browser remarks on its status all the same.
    if (message.text().startsWith('Failed to load resource') && refusedDocuments.has(message.location().url)) return;
    if (loses?.test(message.text()) || loses?.test(message.location().url)) return;
    // Only a test that cuts a page off makes an address unreachable.
    if (message.text().includes('net::ERR_ADDRESS_UNREACHABLE')) return;
    // Who has no script loads the program in vain; the page cannot know.
    if (!hasScript && message.text().includes('was preloaded using link preload but not used')) return;
    note(message.page(), message.text());
  });
  context.on('weberror', (error) => {
    if (!loses?.test(error.error().message)) note(error.page(), error.error().message);
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !OURS.includes(url.host)) note(null, `asks ${request.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`breaks ${event.violatedDirective} with ${event.blockedURI}`);
    });
  });
  return troubles;
}
