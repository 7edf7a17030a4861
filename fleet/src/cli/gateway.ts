import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { FleetError } from '../error.ts';
import { FleetGateway } from '../gateway/gateway.ts';
import { MachineNetworks } from '../machines/networks.ts';
import { healthFlags, serveHealth } from './health.ts';
import { logFlags, serverLog } from './server-log.ts';
import {
  asked,
  checkSettings,
  type Flags,
  nameOf,
  parsed,
  placeFlags,
  placeOf,
  strictFlags,
  text,
  type Words,
} from './settings.ts';

export const gatewayFlags: Flags = {
  ...placeFlags,
  ...healthFlags,
  ...logFlags,
  listen: { value: 'ADDRESS:PORT', help: 'where it is reached (127.0.0.1:8090)' },
  name: { value: 'NAME', help: 'by which it has the ports of machines at once when it begins again; its own only' },
  'tls-certificate': { value: 'FILE', help: 'certificate of TLS, as PEM, with --tls-key (nothing is encrypted)' },
  'tls-key': { value: 'FILE', help: 'key of that certificate, as PEM' },
  tokens: { help: 'a token is needed on the loopback, too' },
  origins: { value: 'LIST', help: 'pages that may connect, such as https://a.example,https://b.example (none)' },
  ...strictFlags,
};

/** Gives the fleet over HTTP and WebSocket, and has the networks of its machines, until the process is asked to end. */
export async function gatewayCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, gatewayFlags);
  const place = placeOf(words);
  const listen = text(words, 'listen') ?? '127.0.0.1:8090';
  const [, address, port] = listen.match(/^(.+):(\d{1,5})$/) ?? [];
  if (address === undefined || Number(port) > 65_535)
    throw new FleetError(`--listen ${listen}: give an address such as 127.0.0.1:8090`);
  const origins = (text(words, 'origins') ?? '').split(',').filter((origin) => origin !== '');
  const tls = await tlsOf(words);
  using kept = serverLog(words, place, 'gateway');
  const { connect, write: log } = kept;
  await checkSettings(words, 'gateway', log);
  await using gateway = await FleetGateway.listen({
    ...{ connect, store: place.store, address, port: Number(port), origins, log },
    ...(words.values.tokens === true && { needsToken: true }),
    ...(tls !== undefined && { tls }),
  });
  await using _health = await serveHealth(words, connect, gateway.metrics);
  await using _networks = await MachineNetworks.start({ connect, address, log, ...nameOf(words) });
  log(`${tls === undefined ? 'http' : 'https'}://${address}:${gateway.port}`);
  await asked();
  return 0;
}

/** @throws FleetError that names the flag or the file */
async function tlsOf(words: Words): Promise<{ readonly cert: Buffer; readonly key: Buffer } | undefined> {
  const files = ['tls-certificate', 'tls-key'].map((name) => text(words, name));
  if (files.every((file) => file === undefined)) return undefined;
  const [cert, key] = (await Promise.all(
    files.map((file) => {
      if (file === undefined) throw new FleetError('--tls-certificate and --tls-key: give both');
      return readFile(file).catch((error: Error) => {
        throw new FleetError(`${file} cannot be read: ${error.message}`);
      });
    }),
  )) as [Buffer, Buffer];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new FleetError(`${files.join(' and ')} are no certificate and its key: ${(error as Error).message}`);
  }
  return { cert, key };
}
