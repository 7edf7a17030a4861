/** Says how far something is: what is being done, and 0 to 100 percent of it where that is known. */
export type Progress = (activity: string, percent?: number) => void;
