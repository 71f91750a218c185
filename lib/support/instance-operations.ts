/**
 * Operations on a kept instance other than calls, in the order in which they were requested. Once
 * the instance has ended, they all fail with ERR_CLOSED. A nested one, for which a guest that
 * occupies a thread waits, fails with ERR_QUEUE_FULL if there is no thread for it.
 */
export interface InstanceOperations {
  readMemory(address: number, length: number, isNested: boolean): Promise<Buffer>;
  /** Copies the bytes before it returns. */
  writeMemory(address: number, bytes: Uint8Array, isNested: boolean): Promise<void>;
  memorySize(isNested: boolean): Promise<number>;
  /** Returns the previous number of pages. */
  growMemory(pages: number, isNested: boolean): Promise<number>;
  getGlobal(name: string, isNested: boolean): Promise<number | bigint>;
  setGlobal(name: string, value: number | bigint, isNested: boolean): Promise<void>;
  /** Ends everything that waits for a host function, now or later, with ERR_CLOSED. */
  endWaits(): void;
  /** Releases everything it has, after the operations requested before. */
  close(isNested: boolean): Promise<void>;
}
