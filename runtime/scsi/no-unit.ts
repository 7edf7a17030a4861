import { Operation, ScsiStatus, Sense } from './operations.ts';
import { SENSE_BYTES, senseData } from './replies.ts';

/** The answer of a target to a command for a unit that is not there. */
export interface AnswerWithoutUnit {
  readonly status: number;
  /** Data for the host. */
  readonly data: Uint8Array;
  /** Sense data, for buses where it comes with the status; null: the command did not fail. */
  readonly sense: Uint8Array | null;
}

const INQUIRY_BYTES = 36;
const NOTHING = new Uint8Array(0);

/** A unit that is not there says so when it is asked what it is (SPC-3, 6.4.1), and executes nothing. */
export function answerWithoutUnit(command: Uint8Array): AnswerWithoutUnit {
  const answer = (data: Uint8Array): AnswerWithoutUnit => ({ status: ScsiStatus.good, data, sense: null });
  const sense = senseData(Sense.noUnit);
  if (command[0] === Operation.inquiry)
    return answer(Uint8Array.from({ length: INQUIRY_BYTES }, (_, n) => (n === 0 ? 0x7f : 0)).subarray(0, command[4]));
  if (command[0] === Operation.requestSense) return answer(sense.subarray(0, Math.min(command[4]!, SENSE_BYTES)));
  return { status: ScsiStatus.checkCondition, data: NOTHING, sense };
}
