import type { Machine } from '../index.ts';
import { placeText } from '../options/listen-address.ts';
import { within } from '../util/errors.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Names guest functions and lets inspectors attach, as the flags say, until it is disposed. */
export async function openInspector(
  machine: Machine,
  { inspect, symbols }: Settings,
  terminal: Terminal,
): Promise<Disposable & { readonly place?: string }> {
  if (symbols !== undefined) {
    const { readSymbols } = await import('./inspect/symbols.ts');
    await machine.ask('symbols', await readSymbols(symbols));
  }
  if (inspect === undefined) return { [Symbol.dispose]: () => {} };
  const { addressOf, addressText, ownAddress } = await import('../node/inspector/address.ts');
  const { InspectorServer } = await import('../node/inspector/server.ts');
  const { removeStaleSockets } = await import('../node/inspector/stale.ts');
  const address = within('-inspect', () => (inspect === '' ? ownAddress() : addressOf(inspect)));
  if (inspect === '') await removeStaleSockets();
  const server = await InspectorServer.listen(machine, address);
  terminal.note(`rawiron: inspectors may attach at ${addressText(server.address)}`);
  return { place: placeText(server.address), [Symbol.dispose]: () => server.close() };
}
