import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { cardsOf, networkWarnings } from '../../../src/cli/network-flags.ts';
import { NetworkHub } from '../../../src/index.ts';

const parse = (line: string) => parseArguments(line.split(' '));
const cards = (line: string) => cardsOf(parse(line));
const user = { type: 'user', hostForward: [], guestForward: [], dnsSearch: [] };

test.each([
  ['-kernel K', []],
  ['-nic none', []],
  ['-nic user', [{ backend: user }]],
  [
    '-nic user,model=e1000,mac=52:54:00:00:00:01,id=a',
    [{ card: 'e1000', mac: '52:54:00:00:00:01', name: 'a', backend: user }],
  ],
  [
    '-nic user,restrict=on,hostfwd=tcp::2222-:22,hostfwd=udp::53-:53 -nic socket,listen=:1234',
    [
      {
        backend: {
          ...user,
          restrict: true,
          hostForward: [
            { protocol: 'tcp', hostPort: 2222, guestPort: 22 },
            { protocol: 'udp', hostPort: 53, guestPort: 53 },
          ],
        },
      },
      { backend: { type: 'socket', listen: { port: 1234 } } },
    ],
  ],
  ['-netdev user,id=n -device rtl8139,netdev=n', [{ card: 'rtl8139', backend: user, backendName: 'n' }]],
  [
    '-device ne2k_isa,netdev=n,id=x -netdev user,id=n',
    [{ card: 'ne2k_isa', name: 'x', backend: user, backendName: 'n' }],
  ],
  [
    '-netdev {"type":"user","id":"n","restrict":true,"hostfwd":[{"str":"tcp::2222-:22"}]} -device {"driver":"e1000","netdev":"n"}',
    [
      {
        card: 'e1000',
        backend: { ...user, restrict: true, hostForward: [{ protocol: 'tcp', hostPort: 2222, guestPort: 22 }] },
        backendName: 'n',
      },
    ],
  ],
  ['-nic user,model=virtio', [{ card: 'virtio-net-pci', backend: user }]],
  ['-netdev user,id=n -device virtio-net,netdev=n', [{ card: 'virtio-net-pci', backend: user, backendName: 'n' }]],
  ['-device e1000,romfile=pxe.rom', [{ card: 'e1000', rom: 'pxe.rom' }]],
  ['-device e1000,romfile=ipxe', [{ card: 'e1000', rom: 'ipxe' }]],
  ['-nic user -boot n', [{ rom: 'ipxe', backend: user }]],
  ['-boot once=dn -device e1000 -device ne2k_isa', [{ card: 'e1000', rom: 'ipxe' }, { card: 'ne2k_isa' }]],
  ['-device e1000,romfile=pxe.rom -boot n', [{ card: 'e1000', rom: 'pxe.rom' }]],
  ['-boot c -nic user', [{ backend: user }]],
  ['-device e1000,mac=52:54:00:00:00:02', [{ card: 'e1000', mac: '52:54:00:00:00:02' }]],
  [
    '-net nic,model=ne2k_pci,macaddr=52:54:00:00:00:03 -net user',
    [{ card: 'ne2k_pci', mac: '52:54:00:00:00:03', backend: user }],
  ],
  ['-net user -net nic', [{ backend: user }]],
  ['-net nic', [{}]],
  [
    '-netdev user,id=n -device rtl8139,netdev=n -object filter-dump,id=f,netdev=n,file=x.pcap',
    [{ card: 'rtl8139', backend: { ...user, dump: 'x.pcap' }, backendName: 'n' }],
  ],
  ['-nic user,id=n -object filter-dump,netdev=n,file=x', [{ name: 'n', backend: { ...user, dump: 'x' } }]],
  ['-netdev user,id=n -net nic,netdev=n', [{ backend: user, backendName: 'n' }]],
  [
    '-netdev user,id=n -device e1000,netdev=n,bootindex=1,bus=pci.0',
    [{ card: 'e1000', bootIndex: 1, rom: 'ipxe', backend: user, backendName: 'n' }],
  ],
  ['-netdev user,id=n', []],
])('%s', (line, options) => {
  expect(cards(line)).toEqual(options);
});

test('cards with the same hub are connected', () => {
  const [a, b, c] = cards('-nic hubport,hubid=0 -nic hubport,hubid=0 -nic hubport,hubid=1').map(
    ({ backend }) => backend,
  );
  const hubs = [a, b, c].map((backend) => (backend !== undefined && 'hub' in backend ? backend.hub : undefined));
  expect(hubs[0]).toBeInstanceOf(NetworkHub);
  expect(hubs[1]).toBe(hubs[0]);
  expect(hubs[2]).not.toBe(hubs[0]);
});

test.each([
  ['-device rtl8139,netdev=n', "there is no network 'n'; give -netdev user,id=n"],
  ['-netdev user,id=n -net nic,netdev=n -device e1000,netdev=n', "the network 'n' has two cards"],
  ['-netdev user,id=n -device rtl8139,netdev=n -device e1000,netdev=n', "the network 'n' has two cards"],
  [
    '-nic user -object filter-dump,netdev=n,file=f',
    "there is no network 'n' to capture; give -netdev user,id=n or -nic user,id=n",
  ],
])('%s is refused', (line, message) => {
  expect(() => cards(line)).toThrow(message);
});

test.each([
  ['-netdev tap,id=n,ifname=tap0,script=no', 'tap', ': user needs no rights at the host, and socket leads'],
  ['-netdev bridge,id=n', 'bridge', ': user needs no rights'],
  ['-netdev vde,id=n', 'vde', ': user needs no rights'],
  ['-netdev vhost-user,id=n,chardev=c', 'vhost-user', ': user needs no rights'],
  ['-nic passt', 'passt', ': user needs no rights'],
  ['-netdev stream,id=n,addr.type=unix', 'stream', ': socket, with listen=:PORT or connect=HOST:PORT'],
  ['-netdev dgram,id=n', 'dgram', ': socket, with listen=:PORT or connect=HOST:PORT'],
  ['-net dump,file=x', 'dump', ': -object filter-dump,id=f0,netdev=ID,file=FILE captures'],
  ['-netdev nix,id=n', 'nix', ''],
])('%s: what does the same is named', (line, type, instead) => {
  const message = `: the network '${type}' is not supported; give user, socket or hubport${instead}`;
  expect(() => parse(line)).toThrow(message);
});

test('networks without a card are told', () => {
  expect(networkWarnings(parse('-net user,hostfwd=tcp::8022-:22'))).toEqual(['hub 0 with no nics (-net)']);
  expect(networkWarnings(parse('-net user -net nic -netdev user,id=n'))).toEqual(['netdev n has no peer']);
  expect(cards('-net user')).toEqual([]);
});
