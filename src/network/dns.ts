import { read16 } from '../../runtime/ethernet/network-order.ts';
import { isIpv6 } from './addresses.ts';
import type { Alarms } from './alarms.ts';
import type { HostDatagrams, NetworkHost } from './host.ts';
import { IdlePorts } from './idle-ports.ts';
import { type Datagram, sendUdp } from './udp.ts';

export const DNS_PORT = 53;
/** Ports of guests whose questions are open. */
const MOST_ASKING = 128;
/** Milliseconds after a question for which an answer is waited for: later is too late for any resolver. */
const PATIENCE = 15_000;
/** Bytes of a message's header (RFC 1035, 4.1.1). */
const HEADER = 12;
/** Questions of one port whose repetition is recognized. */
const MOST_QUESTIONS = 32;

/** A port of a guest that asks. */
interface Asking {
  readonly datagrams: HostDatagrams;
  /** How often each question was sent, by its identification. */
  readonly questions: Map<number, number>;
}

/**
 * Passes questions on to the servers of the host's resolver, and the answers back (RFC 1035). A question that a guest repeats
 * goes to the next server.
 */
export class DnsForwarder {
  readonly #host: NetworkHost;
  readonly #asking: IdlePorts<Asking>;

  constructor(host: NetworkHost, alarms: Alarms) {
    this.#host = host;
    this.#asking = new IdlePorts(alarms, { most: MOST_ASKING, idle: PATIENCE });
  }

  receive(datagram: Datagram): void {
    const { packet, data } = datagram;
    const servers = this.#host.sockets.nameServers();
    if (servers.length === 0) packet.network.reject(packet, 'port');
    if (servers.length === 0 || data.length < HEADER) return;
    const id = read16(data, 0);
    const times = this.#timesAsked(datagram, id);
    const server = servers[times % servers.length]!;
    const { questions, datagrams } = this.#open(datagram, isIpv6(server.address) ? 6 : 4);
    if (questions.size >= MOST_QUESTIONS) questions.clear();
    questions.set(id, (questions.get(id) ?? 0) + 1);
    datagrams.send(data.slice(), server.address, server.port);
  }

  close(): void {
    this.#asking.close();
  }

  #timesAsked({ packet, sourcePort }: Datagram, id: number): number {
    const times = [4, 6].map((family) =>
      this.#asking.peek(`${family} ${packet.source} ${sourcePort}`)?.questions.get(id),
    );
    return times.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  #open({ packet, sourcePort }: Datagram, family: 4 | 6): Asking {
    const { network, source, destination } = packet;
    return this.#asking.use(`${family} ${source} ${sourcePort}`, () => {
      const ends = { source: destination, sourcePort: DNS_PORT, destination: source, destinationPort: sourcePort };
      const servers = new Set(this.#host.sockets.nameServers().map(({ address }) => address));
      const datagrams = this.#host.sockets.datagrams(family, (bytes, address) => {
        if (servers.has(address)) sendUdp(network, ends, bytes);
      });
      return { datagrams, questions: new Map<number, number>() };
    });
  }
}
