// Types that all rooms share, from the errors up: words for what modules, models and runs are.

/** Where a guest runs: what stands between it and this process. */
export type Isolation = 'in-process' | 'worker-process' | 'subprocess';

/** A WebAssembly value type as the addon names it. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | 'ref';

/** An import or export of a module. */
export interface ExternalDescription {
  /** The import's module name; absent for exports. */
  module?: string;
  /** Its name; in an import, within the module's. */
  name: string;
  /** What it is; a tag is one of an exception. */
  kind: 'function' | 'table' | 'memory' | 'global' | 'tag';
  /** Parameter types, for functions. */
  params?: ValueType[];
  /** Result types, for functions. */
  results?: ValueType[];
  /** The type of its value, for globals among the exports. */
  type?: ValueType;
  /** Whether it may change, for globals among the exports. */
  mutable?: boolean;
}

/** One input or output of a model. */
export interface TensorDescription {
  /** As the model has it. */
  name: string;
  /** Of its elements. */
  type:
    | 'float32'
    | 'float16'
    | 'float64'
    | 'uint8'
    | 'uint16'
    | 'uint32'
    | 'uint64'
    | 'int8'
    | 'int16'
    | 'int32'
    | 'int64'
    | 'bool'
    | 'complex64';
  /**
   * Sizes of the dimensions, outermost first. Of an output whose shape is known only while the model
   * runs, what the file says.
   */
  shape: number[];
  /** The shape with -1 where the file leaves a size free; absent where it leaves none. */
  shapeSignature?: number[];
  /** real value = scale × (stored value − zeroPoint); absent where the tensor is not quantized. */
  quantization?: {
    /** The difference of two neighbouring stored values; above 0. */
    scale: number;
    /** The stored value that stands for 0. */
    zeroPoint: number;
  };
}

/**
 * What a run of a model takes, as the shapes in its file tell: upper bounds, but for operators that the
 * package does not know in detail.
 */
export interface ModelCosts {
  /** Multiply-accumulates of the convolutions and matrix products. */
  multiplyAccumulates: number;
  /** Elements that the other operators compute or move. */
  otherElements: number;
  /** Bytes of what lies between inputs and outputs. */
  activationBytes: number;
  /** Bytes of the weights, as often as operators use them. */
  weightBytes: number;
  /** Bytes of inputs and outputs: what a session counts against `limits.sessionBytes`. */
  tensorBytes: number;
}

/** Whether a model runs as an int8 model that was made of it, or why it runs as it is. */
export type RewriteDescription =
  | {
      /** It runs as an int8 model. */
      applied: true;
      /** Output channels of all weights. */
      channels: number;
      /** Those of them whose weights are rounded anew; all others stand for the same numbers. */
      inexactChannels: number;
    }
  | {
      /** It runs as it is. */
      applied: false;
      /** Why, in words for people. */
      reason: string;
    };

/** A call for inference that the host refused, or could not carry out: the guest got a number only. */
export interface InferenceFailure {
  /** The host function, after its module: `wasi_ephemeral_nn.compute`. */
  function: string;
  /** What the guest was given; 1 for arguments that do not fit, 5 for a run that failed. */
  errno: number;
  /**
   * Why, in words for people. What comes from a guest in it, such as the name of a tensor, is escaped
   * and cut.
   */
  reason: string;
}

/** How long the parts of an invocation took, in milliseconds. */
export interface Timings {
  /** Waiting for a free thread. */
  queueMs: number;
  /**
   * Making the fresh instance, start function included; 0 with the isolation `subprocess`, where it
   * is part of `executeMs`.
   */
  instantiateMs: number;
  /** Running the guest, inference included. */
  executeMs: number;
  /**
   * The part of `executeMs` that was spent in model inference; absent with the isolation
   * `subprocess`, where nobody knows it.
   */
  inferenceMs?: number;
}
