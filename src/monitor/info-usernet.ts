import type { FlowEnd, NetworkFlow } from '../network/flow.ts';
import type { CommandContext } from './command.ts';

const HEADER = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\n';
/** All of the host's addresses. */
const anyAddress = new Set(['0.0.0.0', '::']);

/** The open connections of user-mode networks, in the table of QEMU's `info usernet`; descriptors are not known here. */
export function infoUsernet({ machine }: CommandContext): string {
  return machine.network
    .flatMap(({ networkName, flows }) => (flows ? [`Hub -1 (${networkName}):\n`, HEADER, ...flows.map(row)] : []))
    .join('');
}

function row({ protocol, state, source, destination, received, queued }: NetworkFlow): string {
  const what = `  ${protocol.toUpperCase()}[${stateText(state)}]`.padEnd(19);
  const queues = [received, queued].map((bytes) => String(bytes).padStart(5)).join(' ');
  return `${what}   - ${endText(source)} ${endText(destination)} ${queues}\n`;
}

function stateText(state: NetworkFlow['state']): string {
  if (typeof state === 'number') return `${state} sec`;
  return state === 'forward' ? 'HOST_FORWARD' : state.toUpperCase().replaceAll('-', '_').replace('RECEIVED', 'RCVD');
}

function endText({ address, port }: FlowEnd): string {
  return `${(anyAddress.has(address) ? '*' : address).padStart(15)} ${String(port).padStart(5)}`;
}
