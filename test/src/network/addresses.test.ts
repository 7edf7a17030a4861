import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum, foldSum, sumBytes } from '../../../runtime/ethernet/checksum.ts';
import { canonicalAddress, nextIpv4, parseIpv6, readIpv6, samePrefix } from '../../../src/network/addresses.ts';
import { isReachable } from '../../../src/network/nat/policy.ts';
import { internetChecksum } from '../../support/network/frame-guest.ts';

test('IPv6 addresses are written as URLs have them', () => {
  const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, (numbers) => {
      const bytes = Uint8Array.from(numbers.flatMap((number) => [number >> 8, number & 255]));
      const text = readIpv6(bytes, 0);
      expect(`[${text}]`).toBe(new URL(`http://[${numbers.map((n) => n.toString(16)).join(':')}]`).hostname);
      expect(parseIpv6(text)).toEqual(bytes);
    }),
  );
});

test.each(['::', '::1', '1::', 'fec0::2', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', 'A::b'])(
  '%s is one',
  (text) => {
    expect(isIPv6(text)).toBe(true);
    expect(canonicalAddress(text)).toBe(new URL(`http://[${text}]`).hostname.slice(1, -1));
  },
);

test.each([
  '',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  'g::',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.4.5',
])('"%s" is none', (text) => {
  expect(isIPv6(text) || isIPv4(text)).toBe(false);
  expect(canonicalAddress(text)).toBeUndefined();
});

test('prefixes are compared by bits', () => {
  expect(samePrefix('10.0.2.15', '10.0.2.0', 24)).toBe(true);
  expect(samePrefix('10.0.3.15', '10.0.2.0', 24)).toBe(false);
  expect(samePrefix('10.0.3.15', '10.0.2.0', 23)).toBe(true);
  expect(samePrefix('10.0.2.0', 'fec0::', 0)).toBe(false);
  expect(nextIpv4('10.0.2.255', 1)).toBe('10.0.3.0');
});

describe('the checksum', () => {
  test('of the example in RFC 1071, section 3', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(foldSum(sumBytes(bytes, 0, 8))).toBe(0xddf2);
  });

  test('is that of the definition for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(checksum(bytes, 0, bytes.length)).toBe(internetChecksum([...bytes]));
      }),
    );
  });

  test('does not overflow', () => {
    const bytes = new Uint8Array(0xffff).fill(0xff);
    expect(checksum(bytes, 0, bytes.length)).toBe(internetChecksum([...bytes]));
  });
});

describe('what a guest may reach', () => {
  test.each(['192.168.1.5', '8.8.8.8', '10.9.9.9', '2001:db8::1'])('%s', (address) => {
    expect(isReachable(address)).toBe(true);
  });

  test.each([
    ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '0.1.2.3', '224.0.0.251', '255.255.255.255', '169.254.169.254'],
    ...['::1', '::', '::ffff:7f00:1', '::7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', 'fe80::1', 'ff02::1'],
  ])('not %s', (address) => {
    expect(isReachable(address)).toBe(false);
  });
});
