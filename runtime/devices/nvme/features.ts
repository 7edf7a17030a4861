import { type Command, refuse } from './command.ts';
import { ALL_NAMESPACES, Code, IO_QUEUES, MOST_NAMESPACES, NAMESPACE, QUEUES, Temperature } from './registers.ts';
import { type FeaturesState, featuresState } from './state.ts';

/** Numbers (5.21.1). */
const FeatureNumber = {
  arbitration: 0x01,
  power: 0x02,
  temperature: 0x04,
  errorRecovery: 0x05,
  writeCache: 0x06,
  queues: 0x07,
  coalescing: 0x08,
  vector: 0x09,
  writeAtomicity: 0x0a,
  events: 0x0b,
} as const;

/** The value that Get Features asks for: bits 8 to 10 of dword 10. */
const Select = { current: 0, initial: 1, saved: 2, supported: 3 } as const;
const OF_NAMESPACE = 2;
const CHANGEABLE = 4;
const SAVE = 0x80000000;
const QUEUES_TOLD = (IO_QUEUES - 1) | ((IO_QUEUES - 1) << 16);
const NO_COALESCING = 1 << 16;

/** A feature: what it is now, and how it is changed; one without that cannot be. */
interface Feature {
  /** @throws Refusal */
  get(state: FeaturesState, wanted: number): number;
  set?(state: FeaturesState, value: number): void;
  readonly isOfNamespace?: boolean;
}

/** Fields of the temperature threshold feature: the sensor, and which one of its two thresholds. */
const Threshold = { sensors: 0xf0000, kind: 0x300000, under: 0x100000 } as const;

const features: Readonly<Record<number, Feature>> = {
  // No bound for commands of one queue.
  [FeatureNumber.arbitration]: { get: () => 7 },
  [FeatureNumber.power]: { get: () => 0 },
  [FeatureNumber.temperature]: { get: temperature, set: setTemperature },
  [FeatureNumber.errorRecovery]: {
    get: ({ errorRecovery }) => errorRecovery,
    set: (state, value) => {
      state.errorRecovery = value & 0xffff;
    },
    isOfNamespace: true,
  },
  [FeatureNumber.writeCache]: {
    get: ({ hasWriteCache }) => +hasWriteCache,
    set: (state, value) => {
      state.hasWriteCache = (value & 1) !== 0;
    },
  },
  // There are always all of them, however many are wanted.
  [FeatureNumber.queues]: {
    get: () => QUEUES_TOLD,
    set: (_, value) => {
      if ((value & 0xffff) === 0xffff || value >>> 16 === 0xffff) refuse(Code.invalidField);
    },
  },
  [FeatureNumber.coalescing]: { get: () => 0 },
  [FeatureNumber.vector]: {
    get: (_, wanted) => {
      const vector = wanted & 0xffff;
      return vector >= QUEUES ? refuse(Code.invalidField) : vector | (vector === 0 ? NO_COALESCING : 0);
    },
  },
  [FeatureNumber.writeAtomicity]: { get: () => 0 },
  [FeatureNumber.events]: {
    get: ({ events }) => events,
    set: (state, value) => {
      state.events = value >>> 0;
    },
  },
};

/** There is one sensor; others have no thresholds. */
function temperature(state: FeaturesState, wanted: number): number {
  if ((wanted & Threshold.sensors) !== 0) return 0;
  const kind = wanted & Threshold.kind;
  if (kind === 0) return state.overTemperature;
  return kind === Threshold.under ? state.underTemperature : refuse(Code.invalidField);
}

function setTemperature(state: FeaturesState, value: number): void {
  if ((value & Threshold.sensors) !== 0) return;
  const kind = value & Threshold.kind;
  if (kind === 0) state.overTemperature = value & 0xffff;
  else if (kind === Threshold.under) state.underTemperature = value & 0xffff;
  else refuse(Code.invalidField);
}

/** Whether the temperature has reached a threshold of which the driver wants an event. */
export function isTooWarm({ overTemperature, underTemperature }: FeaturesState): boolean {
  return Temperature.now >= overTemperature || Temperature.now <= underTemperature;
}

/** The number of queues can be told only before there are any. */
export function isQueueCount(command: Command): boolean {
  return (command.dword(10) & 0xff) === FeatureNumber.queues;
}

function featureOf(command: Command): Feature {
  return features[command.dword(10) & 0xff] ?? refuse(Code.invalidField);
}

/**
 * The result of Get Features.
 * @throws Refusal
 */
export function getFeature(state: FeaturesState, command: Command): number {
  const feature = featureOf(command);
  if (feature.isOfNamespace) checkNamespace(command.namespace, false);
  const wanted = command.dword(11);
  switch ((command.dword(10) >>> 8) & 7) {
    case Select.current:
      return feature.get(state, wanted);
    // Nothing is saved: what is saved is what is so initially.
    case Select.initial:
    case Select.saved:
      return feature.get(featuresState.create(), wanted);
    case Select.supported:
      return (feature.isOfNamespace ? OF_NAMESPACE : 0) | (feature.set ? CHANGEABLE : 0);
    default:
      return refuse(Code.invalidField);
  }
}

/**
 * Does what Set Features asks for, and gives its answer.
 * @throws Refusal
 */
export function setFeature(state: FeaturesState, command: Command): number {
  const feature = featureOf(command);
  const { namespace } = command;
  if ((command.dword(10) & SAVE) !== 0) refuse(Code.notSaveable);
  if (feature.isOfNamespace) checkNamespace(namespace, true);
  else if (namespace !== 0 && namespace !== ALL_NAMESPACES)
    refuse(namespace > MOST_NAMESPACES ? Code.invalidNamespace : Code.notOfNamespace);
  if (feature.set === undefined) refuse(Code.notChangeable);
  else feature.set(state, command.dword(11));
  return isQueueCount(command) ? QUEUES_TOLD : 0;
}

/** @throws Refusal for what is no namespace, or none that is there */
function checkNamespace(number: number, mayBeAll: boolean): void {
  if (number === ALL_NAMESPACES && mayBeAll) return;
  if (number === 0 || number > MOST_NAMESPACES) refuse(Code.invalidNamespace);
  if (number !== NAMESPACE) refuse(Code.invalidField);
}
