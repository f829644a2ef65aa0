/** Survey waves, the index, the quadrants, marks by slices, and the samples of the counters. */

export interface Stratum {
  /** Region and segment: 浙江/key. */
  name: string;
  frame: number;
  sample: number;
  answered: number;
}

export interface Wave {
  id: number;
  quarter: string;
  status: "planned" | "open" | "closed";
  opens_at: string | null;
  closes_at: string | null;
  frame: number;
  sample: number;
  invited: number;
  answered: number;
  declined: number;
  strata: Stratum[];
}

/** 0 to 100, with its 95 % interval. */
export interface IndexPoint {
  quarter: string;
  value: number;
  low: number;
  high: number;
  answers: number;
  /** Share of marks that satisfied customers give. */
  satisfied: number;
}

export type FactorGroup = "urgent" | "keep" | "later" | "irrelevant";

export interface Factor {
  key: string;
  title: string;
  importance: number | null;
  low: number | null;
  high: number | null;
  satisfaction: number | null;
  answers: number;
  group: FactorGroup | null;
  group_title: string | null;
  /** Its interval crosses a cut. */
  unsure: boolean;
}

export interface Quadrants {
  wave: number;
  quarter: string;
  answers: number;
  r_squared: number | null;
  factors: Factor[];
  too_few: boolean;
}

export type SliceBy = "busy" | "age" | "region" | "channel";

/** Fewer than five marks: nothing is told. */
export interface Slice {
  value: string;
  title: string;
  marks: number;
  mean: number | null;
  satisfied: number | null;
}

export interface CounterSamples {
  samples: { day: string; asked: number; answered: number; mean: number | null }[];
  mean: number | null;
}
