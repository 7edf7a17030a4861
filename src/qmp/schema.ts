import type { JsonObject, QmpCommand } from './command.ts';

/** Types that every schema has, by their names and what they are in JSON (QEMU's qapi/introspect.json). */
const builtins = { str: 'string', int: 'int', bool: 'boolean', any: 'value', null: 'null' } as const;

/** The schema's names for our types of parameters. Objects and lists are described as values of any type. */
const typeNames: Readonly<Record<string, string>> = { string: 'str', integer: 'int', boolean: 'bool' };

/** Events without data; of others the schema says only that they have some. */
const plainEvents = ['STOP', 'RESUME', 'POWERDOWN', 'SUSPEND', 'WAKEUP'];
const events = [
  ...['RESET', 'SHUTDOWN', 'DEVICE_TRAY_MOVED', 'JOB_STATUS_CHANGE', 'MIGRATION', 'MIGRATION_PASS', 'DUMP_COMPLETED'],
  ...['DEVICE_DELETED', 'ACPI_DEVICE_OST'],
  ...['VNC_CONNECTED', 'VNC_INITIALIZED', 'VNC_DISCONNECTED'],
];

/** An object of a schema; a member with a default may be left out. */
function objectOf(name: string, parameters: QmpCommand['parameters'] = {}): JsonObject {
  const members = Object.entries(parameters).map(([member, type]) => ({
    name: member,
    type: typeNames[type.replace('?', '')] ?? 'any',
    ...(type.endsWith('?') && { default: null }),
  }));
  return { name, 'meta-type': 'object', members };
}

/** The answer of `query-qmp-schema`: the commands with their arguments, and the events. It does not describe answers. */
export function schemaOf(commands: Iterable<QmpCommand>): readonly JsonObject[] {
  const entities: JsonObject[] = [];
  const add = (entity: JsonObject): void => void entities.push(entity);
  for (const { name, parameters } of commands) {
    const arguments_ = `${name}-arg`;
    add({ name, 'meta-type': 'command', 'arg-type': arguments_, 'ret-type': 'any', 'allow-oob': false });
    add(objectOf(arguments_, parameters));
  }
  for (const name of plainEvents) add({ name, 'meta-type': 'event', 'arg-type': 'nothing' });
  for (const name of events) add({ name, 'meta-type': 'event', 'arg-type': 'something' });
  add(objectOf('nothing'));
  add(objectOf('something'));
  for (const [name, json] of Object.entries(builtins)) add({ name, 'meta-type': 'builtin', 'json-type': json });
  return entities;
}
