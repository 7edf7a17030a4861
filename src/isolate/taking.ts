import type { Command, MessageEnd, Report } from './protocol.ts';

/**
 * Gives a machine's loop the messages that have arrived at its port, without a turn of the event loop, which costs more than most of
 * what they ask for.
 * @returns whether that was all there is to do: a host may have no way to do it, and calls may have begun something that goes on in
 *   the event loop
 */
export function takeMessages(port: MessageEnd<Report, Command>, receive: (command: Command) => void): boolean {
  if (!port.take) return false;
  let isAll = true;
  for (let command = port.take(); command !== undefined; command = port.take()) {
    isAll &&= command.type !== 'call' && command.type !== 'stop';
    receive(command);
  }
  return isAll;
}
