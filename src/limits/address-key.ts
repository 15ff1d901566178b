import { isIPv6 } from 'node:net';

/** Groups of 16 bits that name an IPv6 network: providers give each customer a /64 or more. */
const NETWORK_GROUPS = 4;

/**
 * Returns the key under which the limits of one address count. An IPv6 address counts by its /64 network,
 * because one customer owns all addresses in it. An IPv4-mapped address counts as the IPv4 address.
 * The key is empty if the address is unknown, because the socket has closed. The key of a key is that key.
 * `'2001:db8::1%eth0'` → `'2001:db8:0:0::/64'`, `'::ffff:10.0.0.1'` → `'10.0.0.1'`
 */
export function addressKey(ip: string | undefined): string {
  if (!ip?.includes(':')) return ip ?? '';
  const [address = ''] = ip.toLowerCase().split('%');
  if (!isIPv6(address)) return ip;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const first = parseGroups(head);
  if (tail === undefined) return first;
  const last = parseGroups(tail);
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function parseGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16);
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
