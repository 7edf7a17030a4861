import type { QmpCommand } from './command.ts';
import { balloonCommands } from './commands/balloon.ts';
import { blockCommands } from './commands/block.ts';
import { chardevCommands } from './commands/chardev.ts';
import { deviceCommands } from './commands/device.ts';
import { dumpCommands } from './commands/dump.ts';
import { inputCommands } from './commands/input.ts';
import { limitCommands } from './commands/limits.ts';
import { machineCommands } from './commands/machine.ts';
import { migrationCommands } from './commands/migration.ts';
import { networkCommands } from './commands/network.ts';
import { pciCommands } from './commands/pci.ts';
import { replayCommands } from './commands/replay.ts';
import { saveCommands } from './commands/save.ts';
import { snapshotCommands } from './commands/snapshots.ts';
import { traceCommands } from './commands/trace.ts';
import { vncCommands } from './commands/vnc.ts';
import { schemaOf } from './schema.ts';

const all: readonly QmpCommand[] = [
  ...machineCommands,
  ...blockCommands,
  ...pciCommands,
  ...networkCommands,
  ...balloonCommands,
  ...inputCommands,
  ...saveCommands,
  ...dumpCommands,
  ...snapshotCommands,
  ...vncCommands,
  ...chardevCommands,
  ...migrationCommands,
  ...limitCommands,
  ...deviceCommands,
  ...traceCommands,
  ...replayCommands,
  {
    name: 'query-commands',
    run: () => [...commands.keys(), 'qmp_capabilities'].sort().map((name) => ({ name })),
  },
  { name: 'query-qmp-schema', run: () => schemaOf(commands.values()) },
];

/** All commands but that of the negotiation, by their names. */
export const commands: ReadonlyMap<string, QmpCommand> = new Map(all.map((command) => [command.name, command]));
