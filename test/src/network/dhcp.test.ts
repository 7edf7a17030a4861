import { describe, expect, test } from 'vitest';
import {
  ascii,
  FrameGuest,
  type Heard,
  isIntact,
  long,
  textOf,
  udpFrame,
  word,
} from '../../support/network/frame-guest.ts';

const COOKIE = [0x63, 0x82, 0x53, 0x63];
const ip = (address: string): number[] => address.split('.').map(Number);

interface Fields {
  mac?: number;
  client?: string;
  /** Where the packet comes from, and goes to. */
  from?: string;
  to?: string;
  broadcast?: boolean;
  options?: readonly number[];
}

function request(fields: Fields): Uint8Array {
  const { mac = 1, client = '0.0.0.0', broadcast = false, options = [], from = client } = fields;
  const to = fields.to ?? (client === '0.0.0.0' ? '255.255.255.255' : '10.0.2.2');
  const message = [1, 1, 6, 0, ...long(0xabcd1234), ...word(0), ...word(broadcast ? 0x8000 : 0), ...ip(client)];
  message.push(
    ...Array(12).fill(0),
    0x52,
    0x54,
    0,
    0,
    0,
    mac,
    ...Array(10 + 64 + 128).fill(0),
    ...COOKIE,
    ...options,
    255,
  );
  return udpFrame(message, { from, to, fromPort: 68, toPort: 67 });
}

function read(heard: Heard | undefined) {
  const message = heard!.payload.slice(8);
  expect(isIntact(heard!)).toBe(true);
  expect(message.slice(0, 8)).toEqual([2, 1, 6, 0, ...long(0xabcd1234)]);
  expect(message.slice(236, 240)).toEqual(COOKIE);
  const options: Record<number, number[]> = {};
  for (let at = 240; message[at] !== 255; at += 2 + message[at + 1]!)
    options[message[at]!] = message.slice(at + 2, at + 2 + message[at + 1]!);
  return {
    ...{ options, to: heard!.to, type: options[53]?.[0], message },
    ...{ yours: message.slice(16, 20).join('.'), server: message.slice(20, 24).join('.') },
  };
}

const discover = [53, 1, 1];
const wanted = (address: string): number[] => [53, 1, 3, 50, 4, ...ip(address), 54, 4, 10, 0, 2, 2];

describe('DHCP', () => {
  test('offers and gives an address, with what a guest is to know', async () => {
    const guest = await FrameGuest.open({ hostname: 'pc', domainName: 'example.org', dnsSearch: ['a.example', 'b.c'] });
    const offer = read(guest.send(request({ options: discover }))[0]);
    expect(offer).toMatchObject({ type: 2, yours: '10.0.2.15', server: '10.0.2.2', to: '10.0.2.15' });
    const ack = read(guest.send(request({ options: wanted('10.0.2.15') }))[0]);
    expect(ack).toMatchObject({ type: 5, yours: '10.0.2.15' });
    const { options } = ack;
    expect([options[1], options[3], options[6], options[28], options[54]]).toEqual([
      ...[[255, 255, 255, 0], ip('10.0.2.2'), ip('10.0.2.3'), ip('10.0.2.255'), ip('10.0.2.2')],
    ]);
    expect([textOf(options[12]!), textOf(options[15]!), options[51]]).toEqual(['pc', 'example.org', long(86_400)]);
    expect(textOf(options[119]!)).toBe('\x01a\x07example\0\x01b\x01c\0');
  });

  test('a guest that brings an address from elsewhere is offered one, and told that the old one is not for it', async () => {
    const guest = await FrameGuest.open();
    const elsewhere = { from: '192.168.1.22', to: '255.255.255.255' };
    const offer = read(guest.send(request({ ...elsewhere, options: discover }))[0]);
    expect(offer).toMatchObject({ type: 2, yours: '10.0.2.15' });
    const rebinds = request({ ...elsewhere, client: elsewhere.from, options: [53, 1, 3] });
    expect(read(guest.send(rebinds)[0])).toMatchObject({ type: 6, to: '255.255.255.255' });
  });

  test('tells what to boot', async () => {
    const guest = await FrameGuest.open({ bootFile: 'pxelinux.0', tftpServerName: 'tftp.example' });
    const { message, options, server } = read(guest.send(request({ options: discover }))[0]);
    expect(server).toBe('10.0.2.2');
    expect(textOf(message.slice(44, 57))).toBe('tftp.example\0');
    expect(textOf(message.slice(108, 119))).toBe('pxelinux.0\0');
    expect([textOf(options[66]!), textOf(options[67]!)]).toEqual(['tftp.example', 'pxelinux.0']);
  });

  test('answers to all where that is asked for', async () => {
    const guest = await FrameGuest.open();
    const [offer] = guest.send(request({ options: discover, broadcast: true }));
    expect(read(offer).to).toBe('255.255.255.255');
    expect([...offer!.frame.subarray(0, 6)]).toEqual(Array(6).fill(255));
  });

  test('gives each guest its own address, and the same again', async () => {
    const guest = await FrameGuest.open();
    const offered = (mac: number) => read(guest.send(request({ mac, options: discover }))[0]).yours;
    expect([offered(1), offered(2), offered(1)]).toEqual(['10.0.2.15', '10.0.2.16', '10.0.2.15']);
    guest.send(request({ mac: 1, client: '10.0.2.15', options: [53, 1, 7] }));
    expect(offered(3)).toBe('10.0.2.15');
    // There are 16, and then the oldest gives way.
    for (let mac = 4; mac < 40; mac++) expect(offered(mac)).toMatch(/^10\.0\.2\.(1[5-9]|2\d|30)$/);
  });
});

describe('DHCP, at other times', () => {
  test('an address that is declined is given to nobody', async () => {
    const guest = await FrameGuest.open();
    read(guest.send(request({ options: discover }))[0]);
    guest.send(request({ options: [53, 1, 4, 50, 4, ...ip('10.0.2.15'), 54, 4, 10, 0, 2, 2] }));
    expect(read(guest.send(request({ options: discover }))[0]).yours).toBe('10.0.2.16');
  });

  test('says no to an address of another network, and nothing to who has chosen another server', async () => {
    const guest = await FrameGuest.open();
    expect(read(guest.send(request({ options: wanted('192.168.1.5') }))[0])).toMatchObject({
      type: 6,
      yours: '0.0.0.0',
    });
    expect(guest.send(request({ options: [53, 1, 3, 50, 4, ...ip('10.0.2.15'), 54, 4, 10, 0, 2, 9] }))).toEqual([]);
  });

  test('renews, and informs', async () => {
    const guest = await FrameGuest.open();
    read(guest.send(request({ options: discover }))[0]);
    expect(read(guest.send(request({ client: '10.0.2.15', options: [53, 1, 3] }))[0])).toMatchObject({
      type: 5,
      yours: '10.0.2.15',
    });
    const inform = read(guest.send(request({ client: '10.0.2.77', options: [53, 1, 8] }))[0]);
    expect(inform).toMatchObject({ type: 5, yours: '0.0.0.0', to: '10.0.2.77' });
    expect(inform.options[51]).toBeUndefined();
  });

  test('answers BOOTP too', async () => {
    const guest = await FrameGuest.open();
    expect(read(guest.send(request({}))[0])).toMatchObject({ type: undefined, yours: '10.0.2.15' });
  });

  test('with restrict tells no way out', async () => {
    const guest = await FrameGuest.open({ restrict: true });
    const { options } = read(guest.send(request({ options: discover }))[0]);
    expect([options[3], options[6]]).toEqual([undefined, undefined]);
  });

  test('options that are cut off are no harm', async () => {
    const guest = await FrameGuest.open();
    expect(
      guest.send(request({ options: [53] }), request({ options: [53, 9, 1] }), request({ options: ascii('x') })),
    ).toHaveLength(3);
  });
});
