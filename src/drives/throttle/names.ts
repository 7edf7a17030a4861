import { type DriveLimits, type Quantity, quantities } from './limits.ts';

/** QEMU's names of what can be limited: of commands, and of the properties `throttling.…`. */
const commandNames: Readonly<Record<Quantity, string>> = {
  bps: 'bps',
  bpsRead: 'bps_rd',
  bpsWrite: 'bps_wr',
  iops: 'iops',
  iopsRead: 'iops_rd',
  iopsWrite: 'iops_wr',
};
const propertyNames: Readonly<Record<Quantity, string>> = {
  bps: 'bps-total',
  bpsRead: 'bps-read',
  bpsWrite: 'bps-write',
  iops: 'iops-total',
  iopsRead: 'iops-read',
  iopsWrite: 'iops-write',
};

type NumberName = Exclude<keyof DriveLimits, 'group'>;

function allNames(names: Readonly<Record<Quantity, string>>, separator: string): [string, NumberName][] {
  const of = (suffix: '' | 'Max' | 'MaxLength', written: string) =>
    quantities.map((name): [string, NumberName] => [`${names[name]}${written}`, `${name}${suffix}`]);
  const size: [string, NumberName] = [`iops${separator}size`, 'iopsSize'];
  return [
    ...of('', ''),
    ...of('Max', `${separator}max`),
    ...of('MaxLength', `${separator}max${separator}length`),
    size,
  ];
}

/** The numbers of limits by the names that they have in commands, and as old properties of -drive. */
export const limitsByCommandName: ReadonlyMap<string, NumberName> = new Map(allNames(commandNames, '_'));

/** Limits by the names of properties, such as `throttling.bps-total`. */
export const limitsByPropertyName: ReadonlyMap<string, NumberName> = new Map(
  allNames(propertyNames, '-').map(([name, limit]) => [`throttling.${name}`, limit]),
);
