// Signs whatever tests want signed, with the provider's own key: tokens that are wrong in one thing only.
import { createPrivateKey, createSign } from 'node:crypto';

export function sign(key, header, claims) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: key.alg, kid: key.kid, ...header })}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(text).sign(createPrivateKey({ key, format: 'jwk' }), 'base64url');
  return `${text}.${signature}`;
}

// The same token with claims laid over its own, signed anew; null takes a claim away. `header` is laid over its header.
export function twisted(key, token, { header: over, ...claims }) {
  const [own, payload] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  const header = { ...own, ...over };
  const laid = Object.entries({ ...payload, ...claims }).filter(([, value]) => value !== null);
  return sign(key, header, Object.fromEntries(laid));
}
