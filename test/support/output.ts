import type { ToHost } from '../../runtime/host/messages.ts';

/** A MachineHost's `send` that gives what is written to one stream to `take`, as text of Latin-1. */
export function outputOf(port: string, take: (text: string) => void): (message: ToHost) => void {
  return (message) => {
    if (message.type === 'output' && message.port === port) take(Buffer.from(message.bytes).toString('latin1'));
  };
}
