import { dumpFormats } from '../../memory-dump/formats.ts';
import { dumpMemory } from '../../monitor/dump-guest-memory.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

async function dump(args: Arguments, context: QmpContext): Promise<void> {
  const format = args.textIfGiven('format') === undefined ? 'elf' : args.oneOf('format', dumpFormats);
  const [paging, begin, length] = [args.isSet('paging'), args.numberIfGiven('begin'), args.numberIfGiven('length')];
  const request = { format, paging, begin, length, detach: args.isSet('detach') };
  await dumpMemory(pathOf(args.text('protocol')), request, context);
}

function pathOf(protocol: string): string {
  const [, kind, name] = /^(file|fd):(.*)$/s.exec(protocol) ?? [];
  if (kind === undefined) throw new QmpError("Invalid parameter 'protocol'");
  // Nothing gives this process a descriptor with a name.
  if (kind === 'fd') throw new QmpError(`File descriptor named '${name}' has not been found`);
  return name;
}

/** Commands that write the guest's memory for debuggers. */
export const dumpCommands: readonly QmpCommand[] = [
  {
    name: 'dump-guest-memory',
    parameters: {
      ...{ paging: 'boolean', protocol: 'string', detach: 'boolean?' },
      ...{ begin: 'integer?', length: 'integer?', format: 'string?' },
    },
    run: dump,
  },
  { name: 'query-dump', run: (_, { machine }) => machine.memoryDumps.progress },
  { name: 'query-dump-guest-memory-capability', run: () => ({ formats: ['elf'] }) },
];
