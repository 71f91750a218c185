/**
 * What is done with a kept instance beside calls, in the order in which it was asked. Once the
 * instance has ended, all of it is ERR_CLOSED. What is nested, so that a guest waits for it, which has
 * a thread meanwhile, is ERR_QUEUE_FULL where there is no thread for it.
 */
export interface InstanceOperations {
  readMemory(address: number, length: number, isNested: boolean): Promise<Buffer>;
  /** Copies the bytes before it returns. */
  writeMemory(address: number, bytes: Uint8Array, isNested: boolean): Promise<void>;
  memorySize(isNested: boolean): Promise<number>;
  /** Gives the number of pages before. */
  growMemory(pages: number, isNested: boolean): Promise<number>;
  getGlobal(name: string, isNested: boolean): Promise<number | bigint>;
  setGlobal(name: string, value: number | bigint, isNested: boolean): Promise<void>;
  /** Ends what waits for a host function, or comes to from now on, with ERR_CLOSED. */
  endWaits(): void;
  /** Releases all that it has, after what was asked of it before. */
  close(isNested: boolean): Promise<void>;
}
