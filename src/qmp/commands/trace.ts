import { matchingEvents } from '../../../runtime/machine/trace/events.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** @throws QmpError if no event is meant */
function checkKnown(pattern: string): void {
  if (matchingEvents(pattern).length === 0) throw new QmpError(`unknown event "${pattern}"`);
}

/** Commands about what is traced. */
export const traceCommands: readonly QmpCommand[] = [
  {
    name: 'trace-event-get-state',
    parameters: { name: 'string', vcpu: 'integer?' },
    run: async (args, { machine }) => {
      checkKnown(args.text('name'));
      const wanted = new Set(matchingEvents(args.text('name')));
      const events = (await machine.examine('traceEvents')).filter(({ name }) => wanted.has(name));
      return events.map(({ name, isOn }) => ({ name, vcpu: false, state: isOn ? 'enabled' : 'disabled' }));
    },
  },
  {
    name: 'trace-event-set-state',
    parameters: { name: 'string', enable: 'boolean', 'ignore-unavailable': 'boolean?', vcpu: 'integer?' },
    run: async (args, { machine }) => {
      checkKnown(args.text('name'));
      await machine.examine('setTrace', args.text('name'), args.isSet('enable'));
    },
  },
];
