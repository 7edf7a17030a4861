import { describe, expect, test } from 'vitest';
import { parseHostForward, parseSocketNetdev, parseUserNetdev } from '../../../src/network/netdev.ts';
import type { UserNetworkOptions } from '../../../src/network/options.ts';
import { planUserNetwork } from '../../../src/network/user-plan.ts';

const plan = (options: Partial<UserNetworkOptions>) => planUserNetwork({ type: 'user', ...options });

test("without options addresses are QEMU's", () => {
  expect(plan({}).ipv4).toEqual({
    ...{ net: '10.0.2.0', bits: 24, host: '10.0.2.2', dns: '10.0.2.3', dhcpStart: '10.0.2.15' },
  });
  expect(plan({}).ipv6).toEqual({ net: 'fec0::', bits: 64, host: 'fec0::2', dns: 'fec0::3' });
});

test('another network has its addresses at the same places', () => {
  expect(plan({ net: '192.168.7.0/255.255.255.0' }).ipv4).toMatchObject({
    host: '192.168.7.2',
    dhcpStart: '192.168.7.15',
  });
  expect(plan({ net: '172.16.5.4/12' }).ipv4).toMatchObject({ net: '172.16.0.0', bits: 12, dns: '172.16.0.3' });
  expect(plan({ net: '10.0.2.0/28' }).ipv4).toMatchObject({ dhcpStart: '10.0.2.4' });
});

test.each<[Partial<UserNetworkOptions>, string]>([
  [{ net: '10.0.2.0/30' }, 'net has 30 bits'],
  [{ net: '10.0.2' }, "net is '10.0.2'"],
  [{ net: '10.0.2.0/255.0.255.0' }, 'net is'],
  [{ host: '10.0.3.1' }, 'host is 10.0.3.1, which is not in the network 10.0.2.0/24'],
  [{ dns: '10.0.2.2' }, 'host and dns are both 10.0.2.2'],
  [{ dhcpStart: 'x' }, "dhcpStart is 'x'"],
  [{ ipv6Net: 'fec0::/48' }, 'ipv6Net has 48 bits'],
  [{ hostname: 'x'.repeat(65) }, 'hostname has 65 characters'],
  [{ bootFile: '' }, 'bootFile has 0 characters'],
  [{ dnsSearch: ['a..b'] }, "dnsSearch has 'a..b'"],
  [{ ipv4: false, ipv6: false }, 'both off'],
  [{ hostForward: [{ hostPort: 70_000, guestPort: 1 }] }, 'hostPort is 70000'],
  [{ hostForward: [{ hostPort: 1, guestPort: 1, guestAddress: '1.2.3.4' }] }, "not in the guest's network"],
  [{ guestForward: [{ address: '10.0.2.2', port: 1, target: { path: 'x' } }] }, 'address is 10.0.2.2'],
  [{ ipv4: false, hostForward: [{ hostPort: 1, guestPort: 1 }] }, 'hostForward needs guestAddress where ipv4 is off'],
  [{ nett: 'x' } as Partial<UserNetworkOptions>, "unknown 'nett'"],
])('%j is refused', (options, message) => {
  expect(() => plan(options)).toThrow(message);
});

describe("QEMU's spelling", () => {
  test('a user-mode network', () => {
    const text =
      'net=10.0.3.0/24 restrict=y hostfwd=tcp::2222-:22 hostfwd=udp:127.0.0.1:53-10.0.3.9:53 ipv6=off bootfile=/b';
    const more =
      ' guestfwd=tcp:10.0.3.100:80-tcp:127.0.0.1:8080 dnssearch=a.example dnssearch=b.example dhcpstart=10.0.3.9';
    const properties = (text + more).split(' ').map((part): [string, string] => {
      const equals = part.indexOf('=');
      return [part.slice(0, equals), part.slice(equals + 1)];
    });
    expect(parseUserNetdev(properties)).toEqual({
      ...{ type: 'user', net: '10.0.3.0/24', restrict: true, ipv6: false, bootFile: '/b', dhcpStart: '10.0.3.9' },
      hostForward: [
        { protocol: 'tcp', hostPort: 2222, guestPort: 22 },
        { protocol: 'udp', hostAddress: '127.0.0.1', hostPort: 53, guestAddress: '10.0.3.9', guestPort: 53 },
      ],
      guestForward: [{ address: '10.0.3.100', port: 80, target: { address: '127.0.0.1', port: 8080 } }],
      dnsSearch: ['a.example', 'b.example'],
    });
  });

  test.each([
    ['guestfwd', 'tcp:10.0.2.9:1-cmd:cat', { command: 'cat' }],
    ['guestfwd', ':10.0.2.9:1-unix:/tmp/x', { path: '/tmp/x' }],
  ])('%s=%s', (name, value, target) => {
    expect(parseUserNetdev([[name, value]]).guestForward).toEqual([{ address: '10.0.2.9', port: 1, target }]);
  });

  test.each([':1-:2', '::1-:2', 'tcp::1-:2', 'tcp:[::1]:1-[fec0::5]:2'])('hostfwd=%s', (text) => {
    expect(parseHostForward(text)).toMatchObject({ protocol: 'tcp', hostPort: 1, guestPort: 2 });
  });

  test.each(['tcp:1-2', 'sctp::1-:2', 'tcp:300.1.1.1:1-:2', ''])('hostfwd=%s is refused', (text) => {
    expect(() => parseHostForward(text)).toThrow(/hostfwd|address/);
  });

  test('a socket', () => {
    expect(parseSocketNetdev([['listen', ':1234']])).toEqual({ type: 'socket', listen: { port: 1234 } });
    expect(parseSocketNetdev([['connect', '[::1]:1']])).toEqual({ type: 'socket', connect: { host: '::1', port: 1 } });
    expect(() => parseSocketNetdev([])).toThrow('either listen=');
    expect(() => parseSocketNetdev([['mcast', '1']])).toThrow("'mcast' is not supported");
    expect(() => parseUserNetdev([['smb', '/']])).toThrow("'smb' is not supported");
    expect(() => parseUserNetdev([['restrict', 'maybe']])).toThrow('neither on nor off');
  });
});

test.each<[string, unknown, string]>([
  ...[null, Number.NaN, 'off', 1].map((value): [string, unknown, string] => ['restrict', value, 'restrict is ']),
  ['ipv4', 0, 'ipv4 is 0; it must be a boolean'],
  ['dnsSearch', null, 'dnsSearch is null; it must be an array'],
  ['dnsSearch', [Symbol('s')], 'dnsSearch has Symbol(s), which is no domain'],
  ['hostForward', 5, 'hostForward is 5; it must be an array'],
  ['hostForward', [{ hostPort: 1, guestPort: 1, protocol: Object.create(null) }], 'unknown protocol [object Object]'],
  ['net', Symbol('s'), 'net is Symbol(s)'],
  ['host', Object.create(null), 'host is [object Object], which is no address'],
])('%s of %o is refused by its name', (name, value, message) => {
  expect(() => plan({ [name]: value })).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining(message) }),
  );
});
