import { Common } from './registers.ts';

/** The parts of the device that the common configuration structure shows and changes. */
export interface CommonSide {
  readonly queueCount: number;
  /** Registers that only keep what is written. */
  readonly selected: { deviceFeatureSelect: number; driverFeatureSelect: number; queueSelect: number };
  readonly generation: number;
  status: number;
  offeredFeatures(word: number): number;
  takenFeatures(word: number): number;
  takeFeatures(word: number, value: number): void;
  /** Fields of the selected queue; reads give 0, and writes are lost, where there is none. */
  queueSize: number;
  queueEnabled: boolean;
  queueAddress(word: number): number;
  setQueueAddress(word: number, value: number): void;
  /** Interrupt messages of configuration and selected queue; NO_VECTOR: none. */
  configVector: number;
  queueVector: number;
}

/** A register of the structure. */
interface Field {
  readonly offset: number;
  readonly size: number;
  read(side: CommonSide): number;
  write?(side: CommonSide, value: number): void;
}

const addressFields: readonly Field[] = [0, 1, 2, 3, 4, 5].map((word) => ({
  offset: Common.queueAddresses + 4 * word,
  size: 4,
  read: (side) => side.queueAddress(word),
  write: (side, value) => side.setQueueAddress(word, value),
}));

const fields: readonly Field[] = [
  {
    offset: Common.deviceFeatureSelect,
    size: 4,
    read: ({ selected }) => selected.deviceFeatureSelect,
    write: ({ selected }, value) => {
      selected.deviceFeatureSelect = value;
    },
  },
  { offset: Common.deviceFeature, size: 4, read: (side) => side.offeredFeatures(side.selected.deviceFeatureSelect) },
  {
    offset: Common.driverFeatureSelect,
    size: 4,
    read: ({ selected }) => selected.driverFeatureSelect,
    write: ({ selected }, value) => {
      selected.driverFeatureSelect = value;
    },
  },
  {
    offset: Common.driverFeature,
    size: 4,
    read: (side) => side.takenFeatures(side.selected.driverFeatureSelect),
    write: (side, value) => side.takeFeatures(side.selected.driverFeatureSelect, value),
  },
  {
    offset: Common.configVector,
    size: 2,
    read: ({ configVector }) => configVector,
    write: (side, value) => {
      side.configVector = value;
    },
  },
  { offset: Common.queues, size: 2, read: ({ queueCount }) => queueCount },
  {
    offset: Common.status,
    size: 1,
    read: ({ status }) => status,
    write: (side, value) => {
      side.status = value;
    },
  },
  { offset: Common.generation, size: 1, read: ({ generation }) => generation },
  {
    offset: Common.queueSelect,
    size: 2,
    read: ({ selected }) => selected.queueSelect,
    write: ({ selected }, value) => {
      selected.queueSelect = value;
    },
  },
  {
    offset: Common.queueSize,
    size: 2,
    read: ({ queueSize }) => queueSize,
    write: (side, value) => {
      side.queueSize = value;
    },
  },
  {
    offset: Common.queueVector,
    size: 2,
    read: ({ queueVector }) => queueVector,
    write: (side, value) => {
      side.queueVector = value;
    },
  },
  {
    offset: Common.queueEnable,
    size: 2,
    read: ({ queueEnabled }) => Number(queueEnabled),
    // It cannot be turned off but by a reset (4.1.4.3.2).
    write: (side, value) => {
      if (value === 1) side.queueEnabled = true;
    },
  },
  { offset: Common.queueNotifyOffset, size: 2, read: ({ selected }) => selected.queueSelect },
  ...addressFields,
];

const fieldAt = (offset: number): Field | undefined =>
  fields.find((field) => offset >= field.offset && offset < field.offset + field.size);

/** The value of a read of 1, 2 or 4 bytes; 0 where there is no register. */
export function readCommon(side: CommonSide, offset: number): number {
  const field = fieldAt(offset);
  return field === undefined ? 0 : field.read(side) >>> (8 * (offset - field.offset));
}

/** Writes a whole register: whether it was one. */
export function writeCommon(side: CommonSide, offset: number, size: number, value: number): boolean {
  const field = fieldAt(offset);
  if (field === undefined || field.offset !== offset || field.size !== size) return false;
  field.write?.(side, value);
  return true;
}
