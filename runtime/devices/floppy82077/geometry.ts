import { Rate } from './registers.ts';

/** How a floppy disk is divided, and at what data rates it is read. */
export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  /** On a track. */
  readonly sectors: number;
  readonly rates: readonly number[];
  readonly drive: DriveType;
}

/** Types of drives as CMOS byte 10h has them: 5.25 inches with 1.2 MB, 3.5 inches with 1.44 and 2.88 MB. */
const DriveType = { mb1_2: 2, mb1_44: 4, mb2_88: 5 } as const;
type DriveType = (typeof DriveType)[keyof typeof DriveType];

/** A drive of 5.25 inches turns faster than the disk was made for. */
const FIVE_INCH_DOUBLE = [Rate.k300, Rate.k250];
const DOUBLE = [Rate.k250];
const HIGH = [Rate.k500];
const EXTRA = [Rate.m1];

function geometry(
  cylinders: number,
  heads: number,
  sectors: number,
  rates: readonly number[],
  drive: DriveType,
): Geometry {
  return { cylinders, heads, sectors, rates, drive };
}

const standard = geometry(80, 2, 18, HIGH, DriveType.mb1_44);

/** Formats that images are found in; the usual one comes first where two have the same size. */
const geometries: readonly Geometry[] = [
  standard,
  geometry(40, 1, 8, FIVE_INCH_DOUBLE, DriveType.mb1_2),
  geometry(40, 1, 9, FIVE_INCH_DOUBLE, DriveType.mb1_2),
  geometry(40, 2, 8, FIVE_INCH_DOUBLE, DriveType.mb1_2),
  geometry(40, 2, 9, FIVE_INCH_DOUBLE, DriveType.mb1_2),
  geometry(40, 2, 10, FIVE_INCH_DOUBLE, DriveType.mb1_2),
  ...[80, 82, 83].flatMap((cylinders) => [
    geometry(cylinders, 2, 9, DOUBLE, DriveType.mb1_44),
    geometry(cylinders, 2, 10, DOUBLE, DriveType.mb1_44),
    geometry(cylinders, 2, 15, HIGH, DriveType.mb1_2),
    ...[18, 20, 21, 22, 23, 24].map((sectors) => geometry(cylinders, 2, sectors, HIGH, DriveType.mb1_44)),
    ...[36, 39, 40, 44, 48].map((sectors) => geometry(cylinders, 2, sectors, EXTRA, DriveType.mb2_88)),
  ]),
  geometry(80, 2, 8, DOUBLE, DriveType.mb1_44),
];

const sectorsOf = ({ cylinders, heads, sectors }: Geometry): number => cylinders * heads * sectors;

/** The format of an image of so many sectors. An image of no usual size is a part of the smallest that holds it, from 1.44 MB on. */
export function geometryOf(sectors: number): Geometry {
  const exact = geometries.find((format) => sectorsOf(format) === sectors);
  if (exact) return exact;
  const larger = geometries.filter((format) => sectorsOf(format) >= Math.max(sectors, sectorsOf(standard)));
  return larger.sort((a, b) => sectorsOf(a) - sectorsOf(b))[0] ?? largest;
}

const largest = geometries.reduce((a, b) => (sectorsOf(b) > sectorsOf(a) ? b : a));

/** The drive that a PC has for a disk that is in it at the start; an empty one takes any. */
export function driveTypeOf(sectors: number | null): DriveType {
  return sectors === null ? DriveType.mb2_88 : geometryOf(sectors).drive;
}
