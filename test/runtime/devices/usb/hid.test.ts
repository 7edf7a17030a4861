import { describe, expect, test } from 'vitest';
import { pauseEvents } from '../../../../runtime/host/key-events.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Pid } from '../../../../runtime/usb/packets.ts';
import type { RecordedStream } from '../rig.ts';
import { hidRig, type Setup, type UsbRig } from './usb-rig.ts';

const kinds = ['tablet', 'mouse', 'keyboard'] as const;
const report = (rig: UsbRig, length = 8) => rig.transfer(1, 1, Pid.in, length);
const event = (x: number, y: number, wheel = 0, buttons = 0) =>
  Uint8Array.of(x & 0xff, (x >> 8) & 0xff, y & 0xff, (y >> 8) & 0xff, wheel & 0xff, buttons);
const bytes = (...values: number[]) => Uint8Array.from(values);
const key = (line: RecordedStream, ...keys: number[]) => line.onInput(Uint8Array.from(keys));

describe.each(kinds)('requests of a %s', (kind) => {
  test('has the descriptors of its class', () => {
    const { rig } = hidRig(kind);
    const device = rig.control(1, [0x80, 6, 0x0100, 0, 18]) as Uint8Array;
    expect([...device.subarray(0, 4), device[7], device[17]]).toEqual([18, 1, 0x10, 0x01, 8, 1]);
    const configuration = rig.control(1, [0x80, 6, 0x0200, 0, 255]) as Uint8Array;
    expect(configuration).toHaveLength(9 + 9 + 9 + 7);
    expect(configuration[2]).toBe(configuration.length);
    const length = configuration[18 + 7]!;
    expect(rig.control(1, [0x81, 6, 0x2200, 0, 255])).toHaveLength(length);
    expect(rig.control(1, [0x81, 6, 0x2100, 0, 9])).toEqual(configuration.subarray(18, 27));
    const name = rig.control(1, [0x80, 6, 0x0302, 0x409, 255]) as Uint8Array;
    expect(new TextDecoder('utf-16le').decode(name.subarray(2)).toLowerCase()).toBe(`usb ${kind}`);
  });

  test('answers the standard requests', () => {
    const { rig } = hidRig(kind);
    const answers = (
      [
        [0x80, 0, 0, 0, 2],
        [0x80, 8, 0, 0, 1],
        [0x81, 10, 0, 0, 1],
        [0x82, 0, 0, 0x81, 2],
        [0x82, 0, 0, 0x02, 2],
        [0x80, 6, 0x0600, 0, 10],
        [0x80, 6, 0x0309, 0x409, 255],
        [0x00, 7, 0x0100, 0, 0],
        [0x00, 9, 2, 0, 0],
      ] as const satisfies readonly Setup[]
    ).map((setup) => rig.control(1, setup));
    const stalls = ['stall', 'stall', 'stall', 'stall', 'stall'];
    expect(answers).toEqual([bytes(0, 0), bytes(1), bytes(0), bytes(0, 0), ...stalls]);
  });
});

describe.each(kinds)('reports of a %s', (kind) => {
  test('a halted endpoint stalls until the halt is cleared', () => {
    const { rig } = hidRig(kind);
    rig.control(1, [2, 3, 0, 0x81, 0]);
    expect(rig.control(1, [0x82, 0, 0, 0x81, 2])).toEqual(bytes(1, 0));
    expect(report(rig)).toBe('stall');
    rig.control(1, [2, 1, 0, 0x81, 0]);
    expect(report(rig)).toBe('waiting');
  });

  test('one that is not configured has no reports', () => {
    const { rig } = hidRig(kind);
    rig.control(1, [0, 9, 0, 0, 0]);
    expect(report(rig)).toBe('stall');
    expect(rig.control(1, [0x81, 10, 0, 0, 1])).toBe('stall');
  });

  test('a repeated report comes when the time of SET_IDLE is over', () => {
    const { rig } = hidRig(kind);
    expect(report(rig)).toBe('waiting');
    rig.control(1, [0x21, 10, 10 << 8, 0, 0]);
    expect(rig.control(1, [0xa1, 2, 0, 0, 1])).toEqual(bytes(10));
    const before = rig.clock.now();
    expect(report(rig)).toHaveLength({ tablet: 6, mouse: 4, keyboard: 8 }[kind]);
    expect(rig.clock.now() - before).toBeGreaterThanOrEqual(37e6);
    expect(rig.clock.now() - before).toBeLessThan(45e6);
  });

  test('the host hears when the guest begins to ask, and when it ends', () => {
    const { rig, line } = hidRig(kind);
    line.sent.length = 0;
    report(rig);
    const used = kind === 'keyboard' ? 0x80 : 1;
    expect(line.sent).toEqual([used]);
    rig.control(1, [0, 9, 0, 0, 0]);
    expect(line.sent).toEqual([used, 0]);
  });

  test('a saved state has what the guest has not asked for yet', () => {
    const { rig, line, device } = hidRig(kind);
    line.onInput(kind === 'keyboard' ? bytes(30, 1, 31, 1) : bytes(...event(100, 50, 0, 1), ...event(100, 50, 0, 0)));
    const saved = saveComponents([device.component]);
    const before = [report(rig), report(rig)];
    loadComponents([device.component], saved);
    expect(saveComponents([device.component])).toEqual(saved);
    expect([report(rig), report(rig)]).toEqual(before);
  });
});

test('a mouse reports what has moved since; clicks are not lost', () => {
  const { rig, line } = hidRig('mouse');
  line.onInput(bytes(...event(300, -5), ...event(1, 0), ...event(0, 0, 1, 1), ...event(0, 0, 0, 0)));
  const reports = [1, 2, 3, 4, 5].map(() => report(rig));
  expect(reports).toEqual([
    bytes(0, 127, 5, 0),
    bytes(0, 127, 0, 0),
    bytes(0, 47, 0, 0),
    bytes(1, 0, 0, 255),
    bytes(0, 0, 0, 0),
  ]);
  expect([report(rig), line.takenBytes]).toEqual(['waiting', 24]);
});

test.each(['tablet', 'mouse', 'keyboard'])('a %s that is reset takes all that had come', (kind) => {
  const { rig, line, device } = hidRig(kind);
  const clicks = Array.from({ length: 17 }, (_, n) => [...event(0, 0, 0, (n + 1) & 1)]).flat();
  line.onInput(kind === 'keyboard' ? bytes(30, 1, 30, 0, 30, 1, 30, 0) : Uint8Array.from(clicks));
  device.reset();
  rig.configure(0);
  for (let n = 0; n < 20; n++) report(rig);
  expect(line.takenBytes).toBe(kind === 'keyboard' ? 8 : 17 * 6);
});

test('by the boot protocol its reports have three bytes', () => {
  const { rig, line } = hidRig('mouse');
  rig.control(1, [0x21, 11, 0, 0, 0]);
  line.onInput(event(1, -2, 0, 4));
  expect(report(rig)).toEqual(bytes(4, 1, 2));
  expect(rig.control(1, [0xa1, 1, 0x0100, 0, 3])).toEqual(bytes(4, 0, 0));
});

test('a tablet tells places, and no old ones', () => {
  const { rig, line } = hidRig('tablet');
  line.onInput(
    bytes(...event(100, 200), ...event(0x1234, 32767), ...event(0x1234, 32767, -1, 2), ...event(5, 5, 0, 0)),
  );
  const place = [0x34, 0x12, 0xff, 0x7f];
  expect([report(rig), report(rig), report(rig), report(rig)]).toEqual([
    bytes(0, ...place, 0),
    bytes(2, ...place, 1),
    bytes(0, 5, 0, 5, 0, 0),
    'waiting',
  ]);
});

test('a keyboard reports a key after the other; modifiers are bits', () => {
  const { rig, line } = hidRig('keyboard');
  key(line, 42, 1, 30, 1, 31, 1, 30, 0, 42, 0, 31, 0);
  const reports = Array.from({ length: 6 }, () => [...(report(rig) as Uint8Array)].slice(0, 4));
  expect(reports).toEqual([
    [2, 0, 0, 0],
    [2, 0, 4, 0],
    [2, 0, 4, 22],
    [2, 0, 22, 0],
    [0, 0, 22, 0],
    [0, 0, 0, 0],
  ]);
  expect([report(rig), line.takenBytes]).toEqual(['waiting', 12]);
});

test('a keyboard reports a key that is held as up when its time is over, however late the host is', () => {
  const { rig, line } = hidRig('keyboard');
  const sent = [30, 1, ...pauseEvents(100), 30, 0, 31, 1];
  key(line, ...sent);
  const reportedKey = () => [...(report(rig) as Uint8Array)][2];
  expect(reportedKey()).toBe(4);
  rig.advance(5e9);
  expect([reportedKey(), reportedKey(), report(rig)]).toEqual([0, 22, 'waiting']);
  expect(line.takenBytes).toBe(sent.length);
});

test('a key is down for as long as the host wants', () => {
  const { rig, line } = hidRig('keyboard');
  key(line, 30, 1, ...pauseEvents(100), 30, 0);
  report(rig);
  const since = rig.clock.now();
  expect([...(report(rig) as Uint8Array)][2]).toBe(0);
  // Reports are asked for once a frame.
  expect(Math.floor((rig.clock.now() - since) / 1e6)).toBe(101);
});

test('more keys than it has room for are an error of all, until some go up', () => {
  const { rig, line } = hidRig('keyboard');
  for (let n = 0; n < 7; n++) key(line, 16 + n, 1);
  key(line, 16, 0);
  const reports = Array.from({ length: 8 }, () => [...(report(rig) as Uint8Array)].slice(2));
  expect(reports[6]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(reports[7]).toEqual([26, 8, 21, 23, 28, 24]);
});

test('the lights are told as those of the other keyboard', () => {
  const { rig, line } = hidRig('keyboard');
  report(rig);
  line.sent.length = 0;
  for (const lights of [1, 2, 4, 0]) rig.control(1, [0x21, 9, 0x0200, 0, 1], bytes(lights));
  expect(line.sent).toEqual([0x82, 0x84, 0x81, 0x80]);
});
