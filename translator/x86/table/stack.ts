import * as lift from '../../lift/stack.ts';
import * as system from '../../lift/system.ts';
import { type FormRow, form } from './form.ts';

/** PUSH and POP of a segment register, its number as the form's argument. There is no POP CS. */
const segments = [
  { name: 'ES', number: 0, push: '06', pop: '07' },
  { name: 'CS', number: 1, push: '0E', pop: undefined },
  { name: 'SS', number: 2, push: '16', pop: '17' },
  { name: 'DS', number: 3, push: '1E', pop: '1F' },
  { name: 'FS', number: 4, push: '0F A0', pop: '0F A1' },
  { name: 'GS', number: 5, push: '0F A8', pop: '0F A9' },
];

function segmentRows({ name, number, push, pop }: (typeof segments)[number]): FormRow[] {
  const rows = [form(push, `PUSH ${name}`, lift.pushSegment, { argument: number })];
  if (pop) rows.push(form(pop, `POP ${name}`, system.popSegment, { argument: number, class: 'sensitive' }));
  return rows;
}

export const stack: FormRow[] = [
  form('50+r', 'PUSH Zv', lift.push),
  form('FF /6', 'PUSH Ev', lift.push),
  form('68', 'PUSH Iz', lift.push),
  form('6A', 'PUSH Ibs', lift.push),
  form('58+r', 'POP Zv', lift.pop),
  form('8F /0', 'POP Ev', lift.pop),
  ...segments.flatMap(segmentRows),
  form('9C', 'PUSHF/PUSHFD', lift.pushf, { reads: 'oszapc' }),
  form('9D', 'POPF/POPFD', system.popf, { class: 'sensitive', writes: 'oszapc' }),
  form('60', 'PUSHA/PUSHAD', lift.pusha),
  form('61', 'POPA/POPAD', lift.popa),
  form('C8', 'ENTER Iw,Ib', lift.enter, { class: 'sensitive' }),
  form('C9', 'LEAVE', lift.leave),
];
