/**
 * The test that fails without a workaround: either a native test, by a filter of GoogleTest, or one
 * of the package's tests, with an addon with switches, by its file and a pattern of its name.
 *
 * @type {{ name: string, native?: string, mocha?: string, grep?: string, takesMemory?: boolean }[]}
 */
export const rows = [
  { name: 'wasmedge-signals', native: 'SignalsTest.AreAsTheyWereAfterATrap' },
  {
    name: 'interpreter-memory',
    mocha: 'hostile-guests-recursion',
    grep: 'interpreter',
    takesMemory: true,
  },
  { name: 'guest-memory', native: '*MemoryReservationGuestTest.*' },
  { name: 'table-limits', mocha: 'table-limit', grep: 'beyond it.*\\(aot\\)' },
  { name: 'embedded-binary', mocha: 'table-limit', grep: 'beyond it.*\\(a \\.so\\)' },
  { name: 'unwinding-tables', native: 'UnwindingTablesTest.AreDataInWhatIsGivenToWasmEdge' },
  { name: 'guest-return', native: 'GuestReturnTest.LeavesWhenTheHostFunctionReturns' },
  { name: 'program-log', native: 'ProgramLogTest.IsNotAmongWhatTheGuestWrites' },
  { name: 'absent-llvm', mocha: 'compile-process', grep: 'Compiling in a process of its own' },
  { name: 'absent-llvm', mocha: 'subprocess-llvm', grep: 'is left out \\(' },
  { name: 'llvm-signals', native: 'SignalsTest.AreAsTheyWereAfterCompiling' },
  { name: 'generic-target', native: 'GenericTargetTest.IsTheBaselineInAScope' },
  { name: 'call-buffers', mocha: 'indirect-imports', grep: 'however often \\(aot' },
  {
    name: 'code-verifier',
    native: 'CodeVerifierTest.RemembersThatCodeWasRefusedAndWritesNothing',
  },
  {
    name: 'thread-state',
    mocha: 'host-functions-caller',
    grep: 'in-process, aot\\) goes on with the guest',
  },
  {
    name: 'guest-jump',
    mocha: 'guest-stack',
    grep: 'a \\.so\\) is told of what fails in unreachable',
  },
  {
    name: 'code-mapping',
    mocha: 'guest-stack',
    grep: 'universal \\.wasm\\) is told of what fails in unreachable',
  },
  { name: 'unused-loads', mocha: 'traps-unused-loads', grep: 'i32\\.load \\(aot' },
  { name: 'llvm-pipeline', mocha: 'compile-level', grep: 'tells how far' },
  { name: 'litert-output', native: 'LitertProcessTest.WritesNothing' },
  { name: 'litert-processors', native: 'LitertProcessorsTest.IsWhatLiteRtOpens' },
];
