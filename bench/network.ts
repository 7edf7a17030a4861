import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** A card of the guest's, on a network of its own. */
export interface BenchCard {
  /** Such as "rtl8139"; QEMU has the same names. */
  readonly model: 'rtl8139' | 'e1000' | 'ne2k_pci' | 'virtio-net-pci' | 'pcnet';
  readonly mac: string;
  /** The first three numbers of its network's addresses. */
  readonly net: string;
}

/** All cards that are measured. */
export const benchCards: readonly BenchCard[] = (
  ['rtl8139', 'e1000', 'ne2k_pci', 'virtio-net-pci', 'pcnet'] as const
).map((model, n) => ({ model, mac: `52:54:00:12:34:6${n}`, net: `10.0.${n + 2}` }));

/** Modules of their drivers. */
export const networkDrivers = [
  'af_packet',
  '8139cp',
  'e1000',
  'ne2k-pci',
  'pcnet32',
  'virtio_pci',
  'virtio_net',
] as const;

const CHUNK = Buffer.alloc(1 << 20, 'The quick brown fox jumps over the lazy dog. ');

/** Servers on the host's loopback that guests talk to. */
export interface BenchServers {
  /** A line for the guest (guest/network.sh): the port of each. */
  readonly ports: string;
}

/** Starts them. They don't keep the program alive. */
export async function startServers(): Promise<BenchServers> {
  const ports = [await listen(webServer()), await listen(sinkServer())];
  return { ports: `${ports.join(' ')}\n` };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Gives files whose names are how many megabytes they have. */
function webServer(): Server {
  return createWebServer(async ({ url = '' }, response) => {
    const megabytes = Number(url.slice(1));
    response.writeHead(200, { 'content-length': megabytes * CHUNK.length });
    await pipeline(chunks(megabytes), response).catch(() => {});
  });
}

function* chunks(count: number): Generator<Buffer> {
  for (let n = 0; n < count; n++) yield CHUNK;
}

/** Takes what comes to its end, and says how many bytes it was, and how many pieces of it had others than zeros. */
function sinkServer(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    let [received, wrong] = [0, 0];
    const zeros = Buffer.alloc(1 << 20);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.length;
      wrong += Number(!bytes.equals(zeros.subarray(0, bytes.length)));
    });
    socket.on('end', () => socket.end(`${received} ${wrong}`));
    socket.on('error', () => {});
  });
}
