import { FleetError } from '../error.ts';
import { FleetGateway } from '../machines/gateway.ts';
import { FleetMachines } from '../machines/machines.ts';
import { MachineNetworks } from '../machines/networks.ts';
import { asked, connectorOf, type Flags, log, parsed, placeFlags, placeOf, text } from './settings.ts';

export const gatewayFlags: Flags = {
  ...placeFlags,
  listen: { value: 'ADDRESS:PORT', help: 'where it is reached (127.0.0.1:8090)' },
  origins: { value: 'LIST', help: 'pages that may connect, such as https://a.example,https://b.example (none)' },
};

/** Gives machines' consoles over WebSocket, and has their networks, until the process is asked to end. */
export async function gatewayCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, gatewayFlags);
  const place = placeOf(words);
  const listen = text(words, 'listen') ?? '127.0.0.1:8090';
  const [, address, port] = listen.match(/^(.+):(\d{1,5})$/) ?? [];
  if (address === undefined || Number(port) > 65_535)
    throw new FleetError(`--listen ${listen}: give an address such as 127.0.0.1:8090`);
  const origins = (text(words, 'origins') ?? '').split(',').filter((origin) => origin !== '');
  await using machines = new FleetMachines(connectorOf(place), place.store);
  await using gateway = await FleetGateway.listen({ machines, address, port: Number(port), origins, log });
  await using _networks = await MachineNetworks.start({ connect: connectorOf(place), address, log });
  log(`ws://${address}:${gateway.port}/machines/NAME/console`);
  await asked();
  return 0;
}
