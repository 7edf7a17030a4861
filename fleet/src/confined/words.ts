import { z } from 'zod';
import { MOST_TEXT } from './messages.ts';

const NUMBER = z.int().nonnegative();
export const TEXT: z.ZodType<string> = z.string().max(MOST_TEXT);

const WORD = z.union([
  z.strictObject({ reply: NUMBER, fields: z.unknown() }),
  z.strictObject({ reply: NUMBER, error: TEXT, isPermanent: z.boolean() }),
  z.strictObject({ event: z.string().max(100), id: NUMBER, fields: z.unknown() }),
]);

/** From the confined process: how a call has ended, or an event. */
export type Word = z.infer<typeof WORD>;

/** Undefined: it is none. */
export const wordOf = (head: unknown): Word | undefined => WORD.safeParse(head).data;

/** The content of an event or an answer: its fields, and how many bytes may come with them. */
export interface Content<Fields> {
  readonly fields: z.ZodType<Fields>;
  readonly most: number;
}

/** The content of a message that says all by its name. */
export const NOTHING: Content<object> = { fields: z.strictObject({}), most: 0 };
