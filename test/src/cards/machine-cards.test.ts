import { expect, test } from 'vitest';
import type { ToMachine } from '../../../runtime/host/messages.ts';
import { MachineCards } from '../../../src/cards/index.ts';
import { planCards } from '../../../src/cards/options.ts';
import type { NetworkBackend } from '../../../src/network/backend.ts';
import { NetworkHub } from '../../../src/network/hub.ts';

const nothing: NetworkBackend = { send: () => {}, onFrame: () => true, resume: () => {}, close: async () => {} };
const unused = () => Promise.reject(new Error('not asked for'));

test('a request is answered by the card whose it is; one for no card is an error', async () => {
  const cards = new MachineCards(planCards([{ backend: nothing }]), {
    openNetwork: unused,
    readFile: unused,
    ipxe: unused,
  });
  await cards.open();
  const sent: ToMachine[] = [];
  cards.connect({ send: (message) => void sent.push(message), log: () => {} });
  const request = { type: 'request', id: 7, question: new Uint8Array(0) } as const;
  cards.answer({ ...request, port: 'rtl8139.0 control' });
  expect(sent).toEqual([{ type: 'completion', id: 7, answer: new Uint8Array(0) }]);
  expect(() => cards.answer({ ...request, port: 'rtl8139.1 control' })).toThrow(
    "no network card answers requests of the port 'rtl8139.1 control'",
  );
});

test('what a network has to tell goes to the log of the machine', async () => {
  let tell: (message: string) => void = () => {};
  const network = { backend: nothing, setBandwidth: () => {}, user: undefined, port: 0 };
  const openNetwork = async (_: unknown, log: (message: string) => void) => {
    tell = log;
    return network;
  };
  const cards = new MachineCards(planCards([{ backend: { type: 'hub', hub: new NetworkHub() } }]), {
    openNetwork,
    readFile: unused,
    ipxe: unused,
  });
  await cards.open();
  const logged: string[] = [];
  cards.connect({ send: () => {}, log: (message) => void logged.push(message) });
  tell('the disk is full');
  expect(logged).toEqual(['the disk is full']);
});

test('iPXE that cannot be had is told, with what to do', async () => {
  const host = { openNetwork: unused, readFile: unused, ipxe: () => Promise.reject(new Error('apt-get:\nnot found')) };
  const cards = new MachineCards(planCards([{ card: 'e1000', rom: 'ipxe' }]), host);
  await expect(cards.open()).rejects.toThrow(
    'cannot get iPXE for e1000.0 (apt-get: not found); give the path of an option ROM as its rom',
  );
});

test('a card with iPXE has a ROM with its own numbers: firmware takes no other', async () => {
  const rom = new Uint8Array(64);
  rom.set([0x55, 0xaa]);
  rom[0x18] = 0x20;
  rom.set(new TextEncoder().encode('PCIR'), 0x20);
  const host = { openNetwork: unused, readFile: unused, ipxe: async () => rom };
  const cards = new MachineCards(planCards([{ card: 'ne2k_pci', rom: 'ipxe' }]), host);
  await cards.open();
  expect([...cards.config[0]!.rom!.subarray(0x24, 0x28)]).toEqual([0xec, 0x10, 0x29, 0x80]);
});
