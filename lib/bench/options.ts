/** What to measure, and how much. */
export interface BenchOptions {
  /** Names of contenders; empty for all. */
  only: string[];
  /** JPEG files. The first is used for latency, throughput and the other measurements. */
  pictures: string[];
  model: { file: string; labels: string; description: string };
  /** The model's ONNX version for onnxruntime-node; absent if there is none. */
  onnx?: string;
  /** Whether the peers may be installed. */
  peers: boolean;
  rounds: number;
  /** Timed invocations of a contender in all rounds together. */
  samples: number;
  /** Untimed ones at the start of each round: other contenders have emptied the caches. */
  warmUp: number;
  coldStarts: number;
  /** Timed invocations with each of the other pictures. */
  samplesOfOtherPictures: number;
  /** Throughput is measured with 1, 2, … up to this many concurrent invocations. */
  concurrency: number;
  /** The duration of each throughput measurement in each of its rounds. */
  throughputMs: number;
  throughputRounds: number;
  memoryMs: number;
  /** Of the generated module that is loaded where no large program is there. */
  generatedFunctions: number;
  /** Invocations during which the memory of in-process contenders is monitored. */
  endurance: number;
  price: LambdaPrice;
  /** For the order of the rounds. */
  seed: number;
}

/** AWS Lambda's prices. */
export interface LambdaPrice {
  /** US dollars per gigabyte-second. */
  gigabyteSecond: number;
  /** US dollars per million requests. */
  millionRequests: number;
  /** The source and date of the prices. */
  source: string;
  date: string;
  /** The fraction of requests with a cold start, whose initialization is billed as well. */
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
  | 'generatedFunctions'
  | 'endurance'
>;

/** Enough for an interval of the 99.9th percentile, which needs 3,688 samples. */
export const FULL: Omit<Amounts, 'concurrency'> = {
  rounds: 40,
  samples: 4000,
  warmUp: 3,
  coldStarts: 20,
  samplesOfOtherPictures: 20,
  throughputMs: 1000,
  throughputRounds: 3,
  memoryMs: 2000,
  generatedFunctions: 4000,
  endurance: 100_000,
};

/** Just enough to see that everything works. */
export const QUICK: Amounts = {
  rounds: 2,
  samples: 4,
  warmUp: 1,
  coldStarts: 1,
  samplesOfOtherPictures: 1,
  concurrency: 2,
  throughputMs: 100,
  throughputRounds: 1,
  memoryMs: 200,
  // Still more code than what is compiled with all passes.
  generatedFunctions: 800,
  endurance: 200,
};
