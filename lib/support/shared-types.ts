// Types shared by all rooms: the vocabulary for modules, models and runs.

/** Where a guest runs: what separates it from this process. */
export type Isolation = 'in-process' | 'worker-process' | 'subprocess';

/** A WebAssembly value type by its name in the addon. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | 'ref';

/** An import or export of a module. */
export interface ExternalDescription {
  /** The import's module name; absent for exports. */
  module?: string;
  /** Its name. */
  name: string;
  /** Its kind; a tag belongs to an exception. */
  kind: 'function' | 'table' | 'memory' | 'global' | 'tag';
  /** Parameter types, for functions. */
  params?: ValueType[];
  /** Result types, for functions. */
  results?: ValueType[];
  /** Type of the value, for exported globals. */
  type?: ValueType;
  /** Whether the value can be changed, for exported globals. */
  mutable?: boolean;
}

/** One input or output of a model. */
export interface TensorDescription {
  /** Name in the model. */
  name: string;
  /** Type of its elements. */
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
   * Sizes of the dimensions, outermost first. For an output whose shape is only known at run time,
   * the shape in the file.
   */
  shape: number[];
  /** The shape with -1 for dimensions that the file leaves open; absent if there are none. */
  shapeSignature?: number[];
  /** real value = scale × (stored value − zeroPoint); absent if the tensor is not quantized. */
  quantization?: {
    /** Real difference between two adjacent stored values; above 0. */
    scale: number;
    /** The stored value that represents 0. */
    zeroPoint: number;
  };
}

/**
 * Cost of a run of a model, computed from the shapes in its file: upper bounds for a model that a
 * guest could bring as well, otherwise estimates, since shapes may depend on values.
 */
export interface ModelCosts {
  /** Multiply-accumulates of the convolutions and matrix products. */
  multiplyAccumulates: number;
  /** Elements that the other operators compute or move. */
  otherElements: number;
  /** Bytes of intermediate results. */
  activationBytes: number;
  /** Bytes of the weights, counted once for each operator that uses them. */
  weightBytes: number;
  /** Bytes of inputs and outputs, which a session counts against `limits.sessionBytes`. */
  tensorBytes: number;
}

/** Whether a model is converted to int8, or why it runs unchanged. */
export type RewriteDescription =
  | {
      /** The model is converted to int8. */
      applied: true;
      /** Number of output channels of all weights. */
      channels: number;
      /**
       * Number of channels whose weights are rounded; all others represent the same numbers as
       * before.
       */
      inexactChannels: number;
    }
  | {
      /** The model runs unchanged. */
      applied: false;
      /** The reason, as a sentence. */
      reason: string;
    };

/**
 * An inference call that the host rejected or could not carry out; the guest only received a
 * number.
 */
export interface InferenceFailure {
  /** The host function with its module: `wasi_ephemeral_nn.compute`. */
  function: string;
  /** The number that the guest received: 1 for invalid arguments, 5 for a run that failed. */
  errno: number;
  /**
   * The reason, as a sentence. Parts that come from a guest, such as the name of a tensor, are escaped
   * and truncated.
   */
  reason: string;
}

/** How long the parts of an invocation took, in milliseconds. */
export interface Timings {
  /** Waiting for a free thread. */
  queueMs: number;
  /**
   * Creating the fresh instance, including the start function, unless one was ready; 0 with the
   * isolation `subprocess`, where it is part of `executeMs`.
   */
  instantiateMs: number;
  /** Running the guest, including inference. */
  executeMs: number;
  /**
   * The part of `executeMs` that was spent on inference; absent with the isolation `subprocess`,
   * where it cannot be measured.
   */
  inferenceMs?: number;
}
