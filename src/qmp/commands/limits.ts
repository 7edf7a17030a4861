import { limitNames, type MachineLimits } from '../../options/limits.ts';
import { memorySize } from '../../options/memory-size.ts';
import type { Arguments, JsonObject, QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** Limits with their members' names; memory in bytes. */
function told({ processor, instructions, memory, time, slack }: MachineLimits): JsonObject {
  return {
    ...(processor !== undefined && { processor }),
    ...(instructions !== undefined && { instructions }),
    ...(memory !== undefined && { memory: memorySize(memory) }),
    ...(time !== undefined && { time }),
    ...(slack !== undefined && { slack }),
  };
}

/** 0 takes a limit away. */
function limitsOf(args: Arguments): MachineLimits {
  const given = limitNames.map((name) => [name, args.numberIfGiven(name)] as const);
  const limits = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, limitOf(name, value)] as const]));
  if (limits.length === 0) throw new QmpError(`Need at least one of '${limitNames.join("', '")}'`);
  return Object.fromEntries(limits);
}

function limitOf(name: string, value: number): number | string | undefined {
  if (value === 0) return undefined;
  return name === 'memory' ? value / 2 ** 20 : value;
}

/** Commands about what the machine may take. They are not QEMU's: their names begin as its schema wants it of those of others. */
export const limitCommands: readonly QmpCommand[] = [
  { name: '__org.rawiron_query-limits', run: (_, { machine }) => told(machine.limits) },
  {
    name: '__org.rawiron_set-limits',
    parameters: {
      processor: 'integer?',
      instructions: 'integer?',
      memory: 'integer?',
      time: 'integer?',
      slack: 'integer?',
    },
    run: (args, { machine }) => machine.setLimits(limitsOf(args)),
  },
];
