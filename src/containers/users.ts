import { ConfigurationError } from '../util/errors.ts';

/** The user of a container's process. */
export interface ContainerUser {
  readonly user: number;
  readonly group: number;
  /** Further groups. */
  readonly groups: readonly number[];
  readonly home: string;
}

/** The container's own lists of users and groups, as text; empty where it has none. */
export interface UserLists {
  readonly passwd: string;
  readonly group: string;
}

const MOST_ID = 0x7fffffff;
/** Linux takes 65,536; the program that sets them has room for so many by far. */
const MOST_GROUPS = 1000;

/**
 * The user that USER, or `-u`, means: a name or number, and a group after a colon, as Docker takes them.
 * @throws ConfigurationError for a name that the lists do not have
 */
export function containerUser(text: string, { passwd, group }: UserLists): ContainerUser {
  const [name = '', groupName, ...more] = text.split(':');
  if (more.length > 0) throw new ConfigurationError(`the user '${text}' is none; give NAME, or NAME:GROUP`);
  const users = lines(passwd);
  const groups = lines(group);
  const wanted = name === '' ? '0' : name;
  const entry = users.find(([known, , id]) => known === wanted || (isNumber(wanted) && Number(id) === Number(wanted)));
  if (entry === undefined && !isNumber(wanted))
    throw new ConfigurationError(`the image has no user '${wanted}' in /etc/passwd`);
  const user = idOf(entry?.[2] ?? wanted, text);
  const members = groups.filter(([, , , list = '']) => entry !== undefined && list.split(',').includes(entry[0]!));
  return {
    user,
    group: groupName ? groupOf(groupName, groups) : idOf(entry?.[3] ?? '0', text),
    groups: groupName ? [] : members.slice(0, MOST_GROUPS).map(([, , id = '']) => idOf(id, text)),
    home: entry?.[5] || '/',
  };
}

function groupOf(name: string, groups: readonly (readonly string[])[]): number {
  const entry = groups.find(([known]) => known === name);
  if (entry === undefined && !isNumber(name))
    throw new ConfigurationError(`the image has no group '${name}' in /etc/group`);
  return idOf(entry?.[2] ?? name, name);
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);

function idOf(text: string, whole: string): number {
  const id = Number(text);
  if (!isNumber(text) || id > MOST_ID)
    throw new ConfigurationError(`the user '${whole}' has the number '${text}', which is none`);
  return id;
}

const lines = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.includes(':') && !line.startsWith('#'))
    .map((line) => line.split(':'));
