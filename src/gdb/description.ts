import { bitNames, type GdbRegister, gdbRegisters } from './register-table.ts';

/** How the eight bytes or words of an XMM register may be looked at (gdb has these names for the i386). */
const vectors = [
  ['v4f', 'ieee_single', 4, 'v4_float'],
  ['v2d', 'ieee_double', 2, 'v2_double'],
  ['v16i8', 'int8', 16, 'v16_int8'],
  ['v8i16', 'int16', 8, 'v8_int16'],
  ['v4i32', 'int32', 4, 'v4_int32'],
  ['v2i64', 'int64', 2, 'v2_int64'],
] as const;

/** The description of the processor's registers for gdb: a target description (Debugging with GDB, appendix G). */
export const targetDescription: string = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
  '<target version="1.0">',
  '<architecture>i386</architecture>',
  '<feature name="org.gnu.gdb.i386.core">',
  ...Object.entries(bitNames).map(([id, names]) => flagsType(id, names)),
  ...vectors.map(([id, type, count]) => `<vector id="${id}" type="${type}" count="${count}"/>`),
  '<union id="vec128">',
  ...vectors.map(([id, , , name]) => `<field name="${name}" type="${id}"/>`),
  '<field name="uint128" type="uint128"/>',
  '</union>',
  ...gdbRegisters.map(registerElement),
  '</feature>',
  '</target>',
].join('\n');

function flagsType(id: string, names: string): string {
  const fields = names.split(', ').map((field) => {
    const [bits, name] = field.split(' ');
    const [start, end = start] = bits.split('-');
    return `<field name="${name}" start="${start}" end="${end}"/>`;
  });
  return `<flags id="${id}" size="4">${fields.join('')}</flags>`;
}

function registerElement({ name, bits, type, group }: GdbRegister, number: number): string {
  const inGroup = group === undefined ? '' : ` group="${group}"`;
  return `<reg name="${name}" bitsize="${bits}" type="${type}" regnum="${number}"${inGroup}/>`;
}
