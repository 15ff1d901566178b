import type { OutgoingHttpHeaders } from 'node:http';

/** The part of a Content Security Policy that decides which scripts and styles run. */
export interface NoncePolicy {
  scripts: string[];
  styles: string[];
  /** It has `'strict-dynamic'`: what a trusted script inserts is trusted. */
  isStrict: boolean;
}

/** Reads the policy of an answer. Undefined if it has neither nonces nor `'strict-dynamic'`. */
function noncePolicyOf(headers: OutgoingHttpHeaders): NoncePolicy | undefined {
  const header = headers['content-security-policy'];
  if (header === undefined) return undefined;
  const text = [header].flat().join(',');
  if (!/'(nonce-|strict-dynamic')/i.test(text)) return undefined;
  const policies = text.split(',');
  const scripts = policies.map((policy) => sourcesOf(policy, 'script')).join(' ');
  const styles = policies.map((policy) => sourcesOf(policy, 'style')).join(' ');
  return {
    scripts: noncesIn(scripts),
    styles: noncesIn(styles),
    isStrict: /'strict-dynamic'/i.test(scripts),
  };
}

/** Changes that nonces decide about. Under `'strict-dynamic'` also the address that an empty script gets. */
const NONCES = /<script|nonce/i;
const STRICT_NONCES = /<script|nonce|"src"|href"/i;

/** The policy of an answer, if a change of its page may have scripts or styles that need it. */
export function noncesFor(headers: OutgoingHttpHeaders, change: string): NoncePolicy | undefined {
  const policy = noncePolicyOf(headers);
  return policy && (policy.isStrict ? STRICT_NONCES : NONCES).test(change) ? policy : undefined;
}

/** The sources of the directive that decides about elements. Of two equal directives the first counts. */
function sourcesOf(policy: string, kind: 'script' | 'style'): string {
  const directives = policy.split(';').map((directive) => `${directive.trim()} `);
  for (const name of [`${kind}-src-elem `, `${kind}-src `, 'default-src ']) {
    const found = directives.find((directive) => directive.toLowerCase().startsWith(name));
    if (found !== undefined) return found;
  }
  return '';
}

function noncesIn(sources: string): string[] {
  return Array.from(sources.matchAll(/'nonce-([^'\s]+)'/gi), ([, nonce]) => nonce as string);
}
