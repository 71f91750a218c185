/** What is measured, and how much of it. */
export interface BenchOptions {
  /** Names of contenders; empty for all. */
  only: string[];
  /** JPEG files. The first is the one that latency, throughput and the rest are measured with. */
  pictures: string[];
  model: { file: string; labels: string; description: string };
  /** The model's ONNX twin for onnxruntime-node; absent where there is none. */
  onnx?: string;
  /** Whether the peers may be installed. */
  peers: boolean;
  rounds: number;
  /** Timed invocations of a contender in all rounds together. */
  samples: number;
  /** Untimed ones before those of each round: the others have emptied the caches. */
  warmUp: number;
  coldStarts: number;
  /** Timed invocations with each of the other pictures. */
  samplesOfOtherPictures: number;
  /** Throughput is measured at 1, 2, … so many invocations at a time. */
  concurrency: number;
  /** How long each point of the throughput takes in each of its rounds. */
  throughputMs: number;
  throughputRounds: number;
  memoryMs: number;
  /** Invocations over which the memory of what runs in this process is watched. */
  endurance: number;
  price: LambdaPrice;
  /** Of the order of the rounds. */
  seed: number;
}

/** What AWS Lambda charges. */
export interface LambdaPrice {
  /** US dollars for a gigabyte-second. */
  gigabyteSecond: number;
  /** US dollars for a million requests. */
  millionRequests: number;
  /** Where and when that was so. */
  source: string;
  date: string;
  /** The fraction of requests that meet a cold start, whose initialization is billed as well. */
  coldShare: number;
}

export type Amounts = Pick<
  BenchOptions,
  | 'rounds'
  | 'samples'
  | 'warmUp'
  | 'coldStarts'
  | 'samplesOfOtherPictures'
  | 'concurrency'
  | 'throughputMs'
  | 'throughputRounds'
  | 'memoryMs'
  | 'endurance'
>;

/** Enough for an interval of the 99.9th percentile, which takes 3,688 samples. */
export const FULL: Omit<Amounts, 'concurrency'> = {
  rounds: 40,
  samples: 4000,
  warmUp: 3,
  coldStarts: 20,
  samplesOfOtherPictures: 20,
  throughputMs: 1000,
  throughputRounds: 3,
  memoryMs: 2000,
  endurance: 100_000,
};

/** Just enough to see that everything works. */
export const QUICK: Amounts = {
  rounds: 2,
  samples: 20,
  warmUp: 1,
  coldStarts: 1,
  samplesOfOtherPictures: 1,
  concurrency: 2,
  throughputMs: 100,
  throughputRounds: 1,
  memoryMs: 200,
  endurance: 200,
};
