import { expect, test } from 'vitest';
import { escapeData, PACKET_BYTES, PacketReader, packetOf, unescapeData } from '../../../src/gdb/packets.ts';

const arrived = (...pieces: string[]) => {
  const reader = new PacketReader();
  return pieces.flatMap((piece) => [...reader.read(piece)]);
};

test('the checksum is the sum of the data modulo 256', () => {
  expect(packetOf('OK')).toBe('$OK#9a');
  expect(packetOf('')).toBe('$#00');
});

test('packets come in any pieces', () => {
  const text = `+${packetOf('g')}\x03${packetOf('m0,4')}-`;
  const whole = ['taken', { packet: 'g' }, 'interrupt', { packet: 'm0,4' }, 'again'];
  expect(arrived(text)).toEqual(whole);
  expect(arrived(...text)).toEqual(whole);
});

test('a packet with another checksum is damaged, and what comes after it is read', () => {
  expect(arrived(`$OK#9b${packetOf('OK')}`)).toEqual(['damaged', { packet: 'OK' }]);
});

test('what is between packets means nothing', () => {
  expect(arrived(`xyz${packetOf('g')}`)).toEqual([{ packet: 'g' }]);
});

test('a packet that never ends is dropped', () => {
  expect(arrived(`$${'0'.repeat(PACKET_BYTES + 1)}`, packetOf('g'))).toEqual(['damaged', { packet: 'g' }]);
});

test('any byte can be in data', () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, n) => n));
  expect(escapeData('a#b$c}d*')).toBe('a}\x03b}\x04c}]d}\n');
  expect(unescapeData(escapeData(all))).toBe(all);
});
