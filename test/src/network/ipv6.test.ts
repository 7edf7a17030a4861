import { describe, expect, test } from 'vitest';
import { parseIpv6, readIpv6 } from '../../../src/network/addresses.ts';
import { ascii, FrameGuest, internetChecksum, long, textOf, word } from '../../support/network/frame-guest.ts';

const HOST = [0x52, 0x55, 10, 0, 2, 2];
const GUEST = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const LINK_LOCAL = 'fe80::5054:ff:fe12:3456';
const ADDRESS = 'fec0::5054:ff:fe12:3456';
const ip = (address: string): number[] => [...parseIpv6(address)!];

/** A packet with its checksum where its protocol has it. */
function frame(
  next: number,
  payload: number[],
  { from = ADDRESS, to = 'fec0::2', hops = 64, mac = HOST } = {},
): Uint8Array {
  const at = { 58: 2, 17: 6, 6: 16 }[next];
  if (at !== undefined) {
    const pseudo = [...ip(from), ...ip(to), ...long(payload.length), 0, 0, 0, next, ...payload];
    payload.splice(at, 2, ...word(internetChecksum(pseudo)));
  }
  const header = [0x60, 0, 0, 0, ...word(payload.length), next, hops, ...ip(from), ...ip(to)];
  return Uint8Array.from([...mac, ...GUEST, 0x86, 0xdd, ...header, ...payload]);
}

interface Heard6 {
  from: string;
  to: string;
  mac: number[];
  next: number;
  hops: number;
  payload: number[];
}

function heard(frames: readonly { frame: Uint8Array }[]): Heard6[] {
  return frames.map(({ frame }) => {
    const bytes = [...frame.subarray(14)];
    const [from, to] = [readIpv6(frame, 22), readIpv6(frame, 38)];
    const [next, payload] = [bytes[6]!, bytes.slice(40)];
    const pseudo = [...bytes.slice(8, 40), ...long(payload.length), 0, 0, 0, next, ...payload];
    if (next !== 44) expect(internetChecksum(pseudo)).toBe(0);
    return { from, to, mac: [...frame.subarray(0, 6)], next, hops: bytes[7]!, payload };
  });
}

const solicit = (target: string): number[] => [135, 0, 0, 0, 0, 0, 0, 0, ...ip(target), 1, 1, ...GUEST];
const udp = (data: number[], fromPort: number, toPort: number) => [
  ...[...word(fromPort), ...word(toPort), ...word(8 + data.length), 0, 0, ...data],
];

describe('neighbors', () => {
  test.each(['fec0::2', 'fec0::3', 'fe80::2'])('%s is there', async (target) => {
    const guest = await FrameGuest.open();
    const group = `ff02::1:ff00:${target.slice(-1)}`;
    const [answer] = heard(guest.send(frame(58, solicit(target), { from: LINK_LOCAL, to: group, hops: 255 })));
    expect(answer).toMatchObject({ from: target, to: LINK_LOCAL, hops: 255, mac: GUEST });
    expect(answer!.payload.slice(4)).toEqual([0xe0, 0, 0, 0, ...ip(target), 2, 1, ...HOST]);
    expect(answer!.payload[0]).toBe(136);
  });

  test('one who looks whether an address is free is told before all', async () => {
    const guest = await FrameGuest.open();
    const [answer] = heard(
      guest.send(frame(58, solicit('fec0::2').slice(0, 24), { from: '::', to: 'ff02::1:ff00:2', hops: 255 })),
    );
    expect(answer).toMatchObject({ to: 'ff02::1', mac: [0x33, 0x33, 0, 0, 0, 1] });
    expect(answer!.payload[4]).toBe(0xa0);
  });

  test('nobody else is, and what passed a router is not believed', async () => {
    const guest = await FrameGuest.open();
    expect(
      guest.send(frame(58, solicit('fec0::9'), { hops: 255 }), frame(58, solicit('fec0::2'), { hops: 64 })),
    ).toEqual([]);
  });

  test('a router tells prefix and name server, when asked and every ten minutes', async () => {
    const guest = await FrameGuest.open();
    const asked = heard(
      guest.send(frame(58, [133, 0, 0, 0, 0, 0, 0, 0], { from: LINK_LOCAL, to: 'ff02::2', hops: 255 })),
    );
    guest.host.timers.advance(600_000);
    for (const [told] of [asked, heard(guest.heard())]) {
      expect(told).toMatchObject({ from: 'fe80::2', to: 'ff02::1', hops: 255 });
      const { payload } = told!;
      expect([payload[0], payload[6]! * 256 + payload[7]!]).toEqual([134, 1800]);
      expect(payload.slice(24, 28)).toEqual([3, 4, 64, 0xc0]);
      expect(payload.slice(40, 56)).toEqual(ip('fec0::'));
      expect(payload.slice(-16)).toEqual(ip('fec0::3'));
    }
  });

  test('with restrict there is no way out', async () => {
    const guest = await FrameGuest.open({ restrict: true });
    const [told] = heard(
      guest.send(frame(58, [133, 0, 0, 0, 0, 0, 0, 0], { from: LINK_LOCAL, to: 'ff02::2', hops: 255 })),
    );
    expect(told!.payload.slice(6, 8)).toEqual([0, 0]);
    expect(told!.payload).not.toEqual(expect.arrayContaining([25]));
  });
});

describe('what is above IPv6', () => {
  test('an echo is answered', async () => {
    const guest = await FrameGuest.open();
    const [answer] = heard(guest.send(frame(58, [128, 0, 0, 0, 1, 2, 3, 4, ...ascii('ping')])));
    expect(answer).toMatchObject({ from: 'fec0::2', to: ADDRESS });
    expect(answer!.payload.slice(4)).toEqual([1, 2, 3, 4, ...ascii('ping')]);
    expect(answer!.payload[0]).toBe(129);
  });

  test('so are fragments of one, by fragments', async () => {
    const guest = await FrameGuest.open();
    const message = [128, 0, 0, 0, 1, 2, 3, 4, ...Array.from({ length: 2000 }, (_, n) => n & 255)];
    frame(58, message);
    const pieces = [frame(44, [58, 0, 0, 1, 0, 0, 0, 9, ...message.slice(0, 1200)])];
    pieces.push(frame(44, [58, 0, ...word(1200), 0, 0, 0, 9, ...message.slice(1200)]));
    const answers = heard(guest.send(...pieces));
    expect(answers.map(({ next }) => next)).toEqual([44, 44]);
    expect(answers.flatMap(({ payload }) => payload.slice(8)).slice(4)).toEqual(message.slice(4));
  });

  test('UDP reaches the loopback of the host, and DNS its resolver', async () => {
    const guest = await FrameGuest.open();
    guest.send(frame(17, udp(ascii('hi'), 5000, 9)), frame(17, udp(Array(12).fill(0), 5001, 53), { to: 'fec0::3' }));
    const [port, dns] = guest.host.sockets.datagramPorts;
    expect(port!.sent).toEqual([{ text: 'hi', address: '::1', port: 9 }]);
    expect(dns!.sent).toMatchObject([{ address: '192.0.2.53', port: 53 }]);
    port!.receive(Uint8Array.from(ascii('ho')), '::1', 9);
    const [answer] = heard(guest.heard());
    expect([answer!.from, answer!.to, textOf(answer!.payload.slice(8))]).toEqual(['fec0::2', ADDRESS, 'ho']);
  });

  test('TCP reaches a server, and nothing that is blocked', async () => {
    const guest = await FrameGuest.open();
    const syn = (to: string, fromPort: number) =>
      frame(6, [...word(fromPort), 0, 80, ...long(9), ...long(0), 0x50, 2, 255, 255, 0, 0, 0, 0], { to });
    guest.send(syn('2001:db8::1', 1), syn('fec0::2', 2));
    expect(guest.host.sockets.streams.map(({ target }) => target)).toEqual([
      { address: '2001:db8::1', port: 80 },
      { address: '::1', port: 80 },
    ]);
    guest.host.sockets.streams[0]!.events.opened();
    const [synAck] = heard(guest.heard());
    expect([synAck!.from, synAck!.payload[13], synAck!.payload.slice(20, 24)]).toEqual([
      '2001:db8::1',
      0x12,
      [2, 4, ...word(1440)],
    ]);
    for (const to of ['::1', '::ffff:127.0.0.1', 'fec0::77', 'fe80::77', 'fec0::3'])
      expect(heard(guest.send(syn(to, 3))).map(({ payload }) => payload[13])).toEqual([0x14]);
    expect(guest.host.sockets.streams).toHaveLength(2);
  });

  test('a port of the host leads to a guest', async () => {
    const guest = await FrameGuest.open({ hostForward: [{ hostPort: 1, guestAddress: ADDRESS, guestPort: 22 }] });
    guest.host.sockets.listeners[0]!.connect({
      ...{ address: '::1', port: 3333 },
      accept: (events) => guest.host.sockets.connect({ path: '' }, events),
    });
    const [question] = heard(guest.heard());
    expect(question).toMatchObject({ to: 'ff02::1:ff12:3456', mac: [0x33, 0x33, 0xff, 0x12, 0x34, 0x56], hops: 255 });
    const advertisement = [136, 0, 0, 0, 0x60, 0, 0, 0, ...ip(ADDRESS), 2, 1, ...GUEST];
    const [syn] = heard(guest.send(frame(58, advertisement, { to: 'fe80::2', hops: 255 })));
    expect(syn).toMatchObject({ from: 'fec0::2', to: ADDRESS, next: 6 });
  });
});

const [HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION] = [0, 43, 44, 60] as const;
const echo = [128, 0, 0, 0, 0, 1, 0, 1];

describe('extension headers', () => {
  const chains = [
    [HOP_BY_HOP],
    [ROUTING],
    [FRAGMENT],
    [DESTINATION],
    [HOP_BY_HOP, DESTINATION, ROUTING, FRAGMENT, DESTINATION],
    [FRAGMENT, FRAGMENT, ROUTING, ROUTING],
    Array<number>(7).fill(DESTINATION),
  ];
  const syn = [0, 1, 0, 80, ...long(9), ...long(0), 0x50, 2, 255, 255, 0, 0, 0, 0];
  const packets: readonly (readonly [number, number[]])[] = [
    [6, syn],
    [17, udp([1], 5, 69)],
    [17, udp([1], 5, 9)],
    [58, echo],
    [59, []],
    [135, [1, 2]],
  ];

  /** One header of each kind. The routing header asks to go on to the host's loopback. */
  function header(kind: number, next: number): number[] {
    if (kind === FRAGMENT) return [next, 0, 0, 0, 0, 0, 0, 7];
    return kind === ROUTING ? [next, 2, 0, 1, 0, 0, 0, 0, ...ip('::1')] : [next, 0, 1, 4, 0, 0, 0, 0];
  }

  function behind(chain: readonly number[], next: number, payload: readonly number[], to: string): Uint8Array {
    const inner = [...frame(next, [...payload], { to }).subarray(54)];
    const headers = chain.flatMap((kind, n) => header(kind, chain[n + 1] ?? next));
    return frame(chain[0]!, [...headers, ...inner], { to });
  }

  test.each(chains)('do not hide what is behind them: %j', async (...chain) => {
    const guest = await FrameGuest.open();
    expect(heard(guest.send(behind(chain, 58, echo, 'fec0::2')))[0]!.payload[0]).toBe(129);
    guest.send(behind(chain, 6, syn, '2001:db8::1'), behind(chain, 6, syn, '::1'));
    expect(guest.host.sockets.streams).toMatchObject([{ target: { address: '2001:db8::1', port: 80 } }]);
  });

  test('with restrict lead nowhere', async () => {
    const guest = await FrameGuest.open({ restrict: true });
    const places = ['fec0::2', 'fec0::3', 'fec0::77', 'fe80::2', '::1', '::ffff:127.0.0.1', '2001:db8::1', 'ff02::1'];
    for (const to of places)
      for (const [next, payload] of packets) {
        guest.network.send(frame(next, [...payload], { to }));
        for (const chain of chains) guest.network.send(behind(chain, next, payload, to));
      }
    await guest.later();
    const { streams, datagramPorts, pinged } = guest.host.sockets;
    expect([streams, datagramPorts, pinged]).toEqual([[], [], []]);
  });
});

describe('options of extension headers', () => {
  /** The contents of ICMPv6 errors: type, code and pointer. */
  const problems = (frames: readonly { frame: Uint8Array }[]) =>
    heard(frames).map(({ payload }) => [payload[0], payload[1], (payload[6]! << 8) | payload[7]!]);
  const withOption = (kind: number, type: number, to: string, from = ADDRESS): Uint8Array =>
    frame(kind, [58, 0, 1, 1, 0, type, 0, 0, ...frame(58, [...echo], { to, from }).subarray(54)], { to, from });

  test.each([HOP_BY_HOP, DESTINATION])('an unknown option says what becomes of its packet: header %i', async (kind) => {
    const guest = await FrameGuest.open();
    const answer = (type: number, to = 'fec0::2') => problems(guest.send(withOption(kind, type, to)));
    const echoed = [[129, 0, 1]];
    expect([answer(0x05), answer(0x3e)]).toEqual([echoed, echoed]);
    expect(answer(0x7e)).toEqual([]);
    expect([answer(0xbe), answer(0xfe)]).toEqual([[[4, 2, 45]], [[4, 2, 45]]]);
    expect([answer(0xbe, 'ff02::1'), answer(0xfe, 'ff02::1')]).toEqual([[[4, 2, 45]], []]);
    expect(guest.send(withOption(kind, 0xbe, 'fec0::2', '::'))).toEqual([]);
  });

  test('nobody is told of errors, nor of options that are longer than their header', async () => {
    const guest = await FrameGuest.open();
    const error = frame(58, [1, 4, 0, 0, 0, 0, 0, 0]).subarray(54);
    expect(guest.send(frame(DESTINATION, [58, 0, 0xbe, 4, 0, 0, 0, 0, ...error]))).toEqual([]);
    const inner = frame(58, [...echo]).subarray(54);
    expect(guest.send(frame(DESTINATION, [58, 0, 1, 5, 0, 0, 0, 0, ...inner]))).toEqual([]);
    expect(guest.send(frame(DESTINATION, [58, 0, 0, 0, 0, 0, 0, 0xbe, ...inner]))).toEqual([]);
  });

  test('options behind fragments count when all have come; what nobody knows is named by where its number stands', async () => {
    const guest = await FrameGuest.open();
    const inner = [58, 0, 1, 0, 0xbe, 0, 0, 0, ...frame(58, [...echo, 9]).subarray(54)];
    const piece = (from: number, to: number, field: number) =>
      frame(FRAGMENT, [DESTINATION, 0, ...word(field), 0, 0, 0, 9, ...inner.slice(from, to)]);
    expect(guest.send(piece(0, 8, 1))).toEqual([]);
    const [told] = heard(guest.send(piece(8, 17, 8)));
    expect(told!.payload.slice(0, 8)).toEqual([4, 2, expect.any(Number), expect.any(Number), 0, 0, 0, 52]);
    expect(told!.payload.slice(8 + 48)).toEqual(inner);
    expect(problems(guest.send(frame(DESTINATION, [253, 0, 1, 4, 0, 0, 0, 0, 7, 7])))).toEqual([[4, 1, 40]]);
    expect(problems(guest.send(frame(253, [7, 7])))).toEqual([[4, 1, 6]]);
  });
});
