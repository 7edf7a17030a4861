import { ConfigurationError } from '../util/errors.ts';

/**
 * The parts of QEMU's `name,key=value,…` in their order, where a key may be there several times; an argument without a "=" counts as the value
 * of `implied`, and `,,` is a comma. Or the members of a JSON object, those of objects in it as `outer.inner`.
 * @throws ConfigurationError for what is no JSON object
 */
export function propertyList(text: string, implied: string): [key: string, value: string][] {
  if (text.startsWith('{')) return membersOf(parseObject(text));
  // A comma is the end of a part unless another one follows, or stands before it.
  return text.split(/(?<!(?<!,),(?:,,)*),(?!,)/).map((escaped, index) => {
    const part = escaped.replaceAll(',,', ',');
    const equals = part.indexOf('=');
    const key = equals < 0 && index === 0 ? implied : part.slice(0, Math.max(equals, 0)) || part;
    return [key, part.slice(equals + 1)];
  });
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`'${text}' is no JSON object: ${(error as Error).message}`);
  }
}

/** A member of a list counts as one of the list's name; QEMU's lists of texts have them as `{"str": TEXT}`. */
function membersOf(value: unknown, key = ''): [key: string, value: string][] {
  if (Array.isArray(value)) return value.flatMap((member) => membersOf(member, key));
  if (typeof value === 'boolean') return [[key, value ? 'on' : 'off']];
  if (typeof value !== 'object' || value === null) return [[key, String(value)]];
  return Object.entries(value).flatMap(([name, member]) => {
    return membersOf(member, [key, name === 'str' ? '' : name].filter(Boolean).join('.'));
  });
}
